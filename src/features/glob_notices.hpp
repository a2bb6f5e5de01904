// Globs that may have been meant as names. Local; the same on every rank.
#pragma once

#include <string>
#include <vector>

#include "io/table.hpp"
#include "spec/spec.hpp"

namespace psychograph::features {

/// A warning for each glob of the spec that reads like the name of a column it does not match: of Q1[3],
/// where the table has Q1[1] and Q1[2], and it matches Q13.
std::vector<std::string> glob_notices(const io::Table& table, const spec::Spec& spec);

}  // namespace psychograph::features
