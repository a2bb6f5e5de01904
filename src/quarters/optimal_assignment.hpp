// Who goes with whom, at the least total cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace psychograph::quarters {

/// For each row of `cost` [rows, columns], finite numbers, its column in an assignment of least total cost
/// (Kuhn, "The Hungarian method for the assignment problem", 1955; by shortest augmenting paths as in Jonker
/// and Volgenant, Computing 38, 1987). No column is used twice; where there are more rows than columns, the
/// rows left over have -1. O(min^2 * max). Of several assignments always the same one. Local.
std::vector<std::int32_t> cheapest_assignment(std::span<const double> cost, std::size_t rows,
                                              std::size_t columns);

}  // namespace psychograph::quarters
