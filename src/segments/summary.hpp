// The result as a table for a person.
#pragma once

#include <string>

#include "segments/result.hpp"

namespace psychograph::segments {

/// Size, share and the three features that set each segment apart (by distance from everybody's mean, in
/// encoded units), in the user's units. Local.
std::string summarise(const Result& result);

}  // namespace psychograph::segments
