// Counts that add up to a total, some of which are not told: what else must not be, so that none of them is
// what the others leave. Local and pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace psychograph::behavior {

/// One of the counts.
struct SumCell {
  std::int64_t count = 0;
  bool withheld = false;
  int rank = 0;  ///< those of lower rank are withheld first
};

/// So few that it must not be told; zeros are.
inline bool is_small(std::int64_t count, std::int64_t min_cell) { return count > 0 && count < min_cell; }

/// Which one is to be withheld next, where the withheld ones follow from the others: where there is one
/// alone, where they are fewer than `min_cell` people together, or where the total is withheld and all others
/// are told. The smallest (of those of the lowest rank, and the first of equal ones) that is no zero; the
/// number of cells where only the total is left. Nothing where all is well.
std::optional<std::size_t> next_to_withhold(std::span<const SumCell> cells, bool total_is_withheld,
                                            std::int64_t min_cell);

}  // namespace psychograph::behavior
