#include "behavior/withheld_growth.hpp"

namespace psychograph::behavior {
namespace {

/// Whether what is told of a group in a period has a small count; nothing is told of who came and went in the
/// first one.
bool has_small_count(const PeriodFigures& figures, bool is_first, std::int64_t min_cell) {
  const auto small = [&](std::int64_t count) { return is_small(count, min_cell); };
  return small(figures.active) || (!is_first && (small(figures.retained) || small(figures.fresh) ||
                                                 small(figures.reactivated) || small(figures.lapsed)));
}

/// Withholds cells of a sum, and at last the total, by `withhold(i)` (cells.size(): the total), until all is
/// well. Whether there were any.
template <class Withhold>
bool close(std::vector<SumCell>& cells, bool total_is_withheld, std::int64_t min_cell, Withhold withhold) {
  bool any = false;
  while (const auto next = next_to_withhold(cells, total_is_withheld, min_cell)) {
    any = true;
    withhold(*next);
    (*next == cells.size() ? total_is_withheld : cells[*next].withheld) = true;
  }
  return any;
}

}  // namespace

WithheldGrowth::WithheldGrowth(const Growth& growth, std::int64_t min_cell)
    : min_cell_(min_cell), groups_(growth.groups()), periods_(growth.periods()) {
  if (min_cell == 0) return;
  rows_.assign(groups_ * periods_, false);
  cohorts_.assign(groups_ * periods_ * periods_, false);
  withhold_small(growth);
  for (bool more = true; more;) {
    more = close_periods(growth);
    more = close_groups(growth) || more;
    more = close_cohorts(growth) || more;
  }
}

bool WithheldGrowth::withhold_row(std::size_t group, std::size_t period) {
  const bool is_new = !at(group, period);
  rows_[group * periods_ + period] = true;
  return is_new;
}

bool WithheldGrowth::withhold_cohort(const Growth& growth, std::size_t group, std::size_t first,
                                     std::size_t age) {
  const bool is_new = !cohort(group, first, age);
  cohorts_[place(group, first, age)] = true;
  if (!is_new || age > 0 || growth.cohort(group, first, 0).active == 0) return is_new;
  for (std::size_t later = 0; first + later < periods_; ++later) cohorts_[place(group, first, later)] = true;
  withhold_row(group, first);  // where they are the new ones
  return true;
}

void WithheldGrowth::withhold_small(const Growth& growth) {
  for (std::size_t g = 0; g < groups_; ++g) {
    for (std::size_t p = 0; p < periods_; ++p) {
      if (has_small_count(growth.at(g, p), p == 0, min_cell_)) withhold_row(g, p);
      const auto customers = growth.cohort(g, p, 0).active;
      for (std::size_t age = 0; p + age < periods_; ++age) {
        const auto active = growth.cohort(g, p, age).active;
        if (behavior::is_small(active, min_cell_) || behavior::is_small(customers - active, min_cell_))
          withhold_cohort(growth, g, p, age);
      }
    }
  }
}

bool WithheldGrowth::close_periods(const Growth& growth) {
  bool more = false;
  std::vector<SumCell> cells;
  for (std::size_t p = 0; p < periods_ && groups_ > 1; ++p) {
    cells.clear();
    for (std::size_t g = 1; g < groups_; ++g) cells.push_back({growth.at(g, p).active, at(g, p)});
    const auto withhold = [&](std::size_t i) { withhold_row(i == cells.size() ? 0 : i + 1, p); };
    more = close(cells, at(0, p), min_cell_, withhold) || more;
  }
  return more;
}

SumCell WithheldGrowth::cell(const Growth& growth, std::size_t group, std::size_t first, std::size_t age,
                             int rank) const {
  const auto active = growth.cohort(group, first, age).active;
  return {active, active > 0 && cohort(group, first, age), rank};  // no zero is a secret
}

bool WithheldGrowth::close_groups(const Growth& growth) {
  bool more = false;
  std::vector<SumCell> cells;
  for (std::size_t first = 0; first < periods_ && groups_ > 1; ++first) {
    for (std::size_t age = 0; first + age < periods_; ++age) {
      cells.clear();
      for (std::size_t g = 1; g < groups_; ++g)
        cells.push_back(cell(growth, g, first, age, at(g, first + age) ? 0 : 1));
      const auto withhold = [&](std::size_t i) {
        withhold_cohort(growth, i == cells.size() ? 0 : i + 1, first, age);
      };
      more = close(cells, cohort(0, first, age), min_cell_, withhold) || more;
    }
  }
  return more;
}

bool WithheldGrowth::close_cohorts(const Growth& growth) {
  bool more = false;
  std::vector<SumCell> cells;
  for (std::size_t g = 0; g < groups_; ++g) {
    for (std::size_t p = 0; p < periods_; ++p) {
      cells.clear();
      for (std::size_t first = 0; first <= p; ++first)  // all rows of a cohort go with its first
        cells.push_back(cell(growth, g, first, p - first, first == p ? 1 : 0));
      const auto withhold = [&](std::size_t i) {
        i == cells.size() ? withhold_row(g, p) : withhold_cohort(growth, g, i, p - i);
      };
      more = close(cells, at(g, p), min_cell_, withhold) || more;
    }
  }
  return more;
}

}  // namespace psychograph::behavior
