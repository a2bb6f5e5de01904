// Which rows of the tables of growth tell of so few customers that they are withheld, and which others with
// them. Local and pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "behavior/growth.hpp"
#include "behavior/withheld_sum.hpp"

namespace psychograph::behavior {

/// A row is withheld whole: that of a group in a period, and that of a group's cohort at an age. First the
/// small ones: with a count of customers from 1 to `min_cell` - 1 (a cohort's are also those who were not
/// active). Then others, until no sum tells them (`next_to_withhold`):
///
/// - over groups, which everybody's row is the sum of: in a period by active customers, in a cohort at an
/// age;
/// - over the cohorts of a group in a period, which its active customers are the sum of.
///
/// A cohort's size is what was new in its first period, and stands in each of its rows: they are withheld
/// together. What is retained and lapsed of a withheld row's customers stands in the row after it, which is
/// withheld, too.
class WithheldGrowth {
 public:
  /// Nothing where `min_cell` is 0. Takes a byte a cohort, age and group.
  WithheldGrowth(const Growth& growth, std::int64_t min_cell);

  /// Whether the row of a group in a period is withheld.
  [[nodiscard]] bool row(std::size_t group, std::size_t period) const {
    return at(group, period) || (period > 0 && at(group, period - 1));
  }
  /// Whether that of the cohort of the period `first`, `age` periods later, is.
  [[nodiscard]] bool cohort(std::size_t group, std::size_t first, std::size_t age) const {
    return !cohorts_.empty() && cohorts_[place(group, first, age)];
  }

 private:
  [[nodiscard]] std::size_t place(std::size_t group, std::size_t first, std::size_t age) const {
    return (group * periods_ + first) * periods_ + age;
  }
  /// Whether the row itself must not be known, from the one after it either.
  [[nodiscard]] bool at(std::size_t group, std::size_t period) const {
    return !rows_.empty() && rows_[group * periods_ + period];
  }
  bool withhold_row(std::size_t group, std::size_t period);
  bool withhold_cohort(const Growth& growth, std::size_t group, std::size_t first, std::size_t age);
  void withhold_small(const Growth& growth);
  [[nodiscard]] SumCell cell(const Growth& growth, std::size_t group, std::size_t first, std::size_t age,
                             int rank) const;
  // Whether more was withheld:
  bool close_periods(const Growth& growth);
  bool close_groups(const Growth& growth);
  bool close_cohorts(const Growth& growth);

  std::int64_t min_cell_;
  std::size_t groups_;
  std::size_t periods_;
  std::vector<bool> rows_;     ///< [groups, periods]; empty: none
  std::vector<bool> cohorts_;  ///< [groups, periods, ages]; likewise
};

}  // namespace psychograph::behavior
