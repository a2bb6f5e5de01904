// What has changed since last quarter, as text for a person.
#pragma once

#include <string>

#include "quarters/comparison.hpp"

namespace psychograph::quarters {

/// Customers, segments, events, the features that drifted most, and the verdict with its reasons. `previous`
/// is the path of last quarter's result. Local.
std::string summarise_changes(const Comparison& comparison, const std::string& previous);

}  // namespace psychograph::quarters
