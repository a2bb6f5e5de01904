// Whether a schema that was read from a file can be one that the fit made.
#pragma once

#include <string>

#include "features/schema.hpp"

namespace psychograph::features {

/// What can't be so of a fitted schema, in words; empty where nothing is wrong. Clustered features can be
/// encoded; of each, enumerators are known, counts agree, and there are the levels that are spoken of.
std::string find_fault(const Schema& schema);

}  // namespace psychograph::features
