// The result as a table for a person.
#pragma once

#include <span>
#include <string>

#include "results/result.hpp"

namespace psychograph::results {

/// Of a result that was fitted: size, share and the three features that set each segment apart (by distance
/// from everybody's mean, in encoded units), in the user's units. Local.
std::string summarise(const Result& result);

/// Of customers who were assigned to an earlier run's segments, whose shares were `shares_then` [k]: size,
/// share and share then. Local.
std::string summarise_assigned(const Result& result, std::span<const double> shares_then);

}  // namespace psychograph::results
