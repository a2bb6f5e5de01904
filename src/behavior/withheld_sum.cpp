#include "behavior/withheld_sum.hpp"

#include <tuple>

namespace psychograph::behavior {

std::optional<std::size_t> next_to_withhold(std::span<const SumCell> cells, bool total_is_withheld,
                                            std::int64_t min_cell) {
  std::int64_t withheld = 0;
  std::int64_t people = 0;
  std::size_t next = cells.size();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto& cell = cells[i];
    const auto order = [](const SumCell& one) { return std::tuple(one.rank, one.count); };
    if (cell.withheld) {
      ++withheld;
      people += cell.count;
    } else if (cell.count > 0 && (next == cells.size() || order(cell) < order(cells[next]))) {
      next = i;
    }
  }
  const bool unknown =
      total_is_withheld ? withheld > 0 : withheld == 0 || (withheld > 1 && people >= min_cell);
  if (unknown || (total_is_withheld && next == cells.size())) return std::nullopt;
  return next;
}

}  // namespace psychograph::behavior
