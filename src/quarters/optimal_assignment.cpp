#include "quarters/optimal_assignment.hpp"

#include <algorithm>
#include <limits>

namespace psychograph::quarters {
namespace {

constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();

/// Rows enter one by one; each takes a shortest path, in reduced costs, to a column that is free, and the
/// rows on the path change their columns. Reduced costs (cost - row price - column price) are never negative,
/// and zero for what is assigned.
class Assigner {
 public:
  /// Precondition: rows <= columns.
  Assigner(std::span<const double> cost, std::size_t rows, std::size_t columns)
      : cost_(cost),
        columns_(columns),
        row_price_(rows, 0.0),
        column_price_(columns, 0.0),
        row_of_(columns, nobody),
        came_from_(columns, nobody) {}

  void enter(std::size_t row) {
    std::vector<double> distance(columns_, std::numeric_limits<double>::infinity());
    std::vector<bool> reached(columns_, false);
    std::fill(came_from_.begin(), came_from_.end(), nobody);
    std::size_t here = nobody;  // the column last reached; at first none, only the new row
    double length = 0;
    do {
      const auto from = here == nobody ? row : row_of_[here];
      const double offset = length - row_price_[from];
      auto next = nobody;
      for (std::size_t c = 0; c < columns_; ++c) {
        if (reached[c]) continue;
        const double through = offset + cost_[from * columns_ + c] - column_price_[c];
        if (through < distance[c]) {
          distance[c] = through;
          came_from_[c] = here;
        }
        if (next == nobody || distance[c] < distance[next]) next = c;
      }
      here = next;
      length = distance[here];
      reached[here] = true;
    } while (row_of_[here] != nobody);
    change_prices(row, distance, reached, length);
    while (here != nobody) {
      const auto before = came_from_[here];
      row_of_[here] = before == nobody ? row : row_of_[before];
      here = before;
    }
  }

  [[nodiscard]] const std::vector<std::size_t>& row_of() const { return row_of_; }

 private:
  void change_prices(std::size_t row, const std::vector<double>& distance, const std::vector<bool>& reached,
                     double length) {
    row_price_[row] += length;
    for (std::size_t c = 0; c < columns_; ++c) {
      if (!reached[c]) continue;
      column_price_[c] -= length - distance[c];
      if (row_of_[c] != nobody) row_price_[row_of_[c]] += length - distance[c];
    }
  }

  std::span<const double> cost_;
  std::size_t columns_;
  std::vector<double> row_price_;
  std::vector<double> column_price_;
  std::vector<std::size_t> row_of_;
  std::vector<std::size_t> came_from_;  ///< the column before, on the shortest path; nobody: from the new row
};

}  // namespace

std::vector<std::int32_t> cheapest_assignment(std::span<const double> cost, std::size_t rows,
                                              std::size_t columns) {
  std::vector<std::int32_t> column_of(rows, -1);
  const bool turned = rows > columns;
  std::vector<double> transposed;
  if (turned) {
    transposed.resize(cost.size());
    for (std::size_t i = 0; i < cost.size(); ++i) transposed[i % columns * rows + i / columns] = cost[i];
  }
  const auto few = std::min(rows, columns);
  Assigner assigner(turned ? std::span<const double>(transposed) : cost, few, std::max(rows, columns));
  for (std::size_t r = 0; r < few; ++r) assigner.enter(r);
  const auto& row_of = assigner.row_of();
  for (std::size_t c = 0; c < row_of.size(); ++c) {
    if (row_of[c] == nobody) continue;
    if (turned) {
      column_of[c] = static_cast<std::int32_t>(row_of[c]);
    } else {
      column_of[row_of[c]] = static_cast<std::int32_t>(c);
    }
  }
  return column_of;
}

}  // namespace psychograph::quarters
