// What made-up customers did: consent, channels, products, times, needs, engagement; a few planted
// differences.
#pragma once

#include <cstdint>
#include <vector>

#include "synthetic/table.hpp"

namespace psychograph::synthetic {

/// The columns, of which each has the same law in every segment but where one is planted. Of `segments`.
std::vector<Column> action_columns(std::int64_t segments);

}  // namespace psychograph::synthetic
