// What has changed since last quarter, as text for a person.
#pragma once

#include <string>

#include "segments/comparison.hpp"

namespace psychograph::segments {

/// Customers, segments, events, the features that drifted most, and the verdict with its reasons. `previous`
/// is the path of last quarter's result. Local.
std::string summarise(const Comparison& comparison, const std::string& previous);

}  // namespace psychograph::segments
