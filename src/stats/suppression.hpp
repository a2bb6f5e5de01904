// Which cells of a table of counts must be withheld, so that none of the small ones can be worked back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace psychograph::stats {

/// The inner cells of a table of counts, and its totals behind them.
struct Withheld {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<bool> cells;  ///< [rows + 1, columns + 1]; the last row and column are totals

  [[nodiscard]] bool at(std::size_t row, std::size_t column) const {
    return cells[row * (columns + 1) + column];
  }
};

/// Cells and totals from 1 to `min_cell` - 1 are withheld, and so many others that, whoever knows all that is
/// told and that no count is negative, can't narrow any withheld one down to less than a range of `min_cell`
/// (as far as the grand total allows that at all). Few of them, the smaller first. Zeros are told, and so is
/// the grand total. `counts` [rows, columns]. Cells and totals are arcs of a circulation, whose ranges are
/// maximal flows (Kelly, Golden and Assad 1992); others are added along the cheapest ways that give the
/// range, and given up again where they turn out not to be needed. Local.
Withheld withhold(std::span<const std::int64_t> counts, std::size_t rows, std::size_t columns,
                  std::int64_t min_cell);

}  // namespace psychograph::stats
