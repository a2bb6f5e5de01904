// Who comes, stays, goes and returns from period to period, and what becomes of what they spend. Whole
// numbers, so that the identity of growth accounting holds to the smallest unit:
//
//     value(t) - value(t - 1) = new + reactivated + expansion - contraction - lapsed
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "behavior/event.hpp"
#include "comm/communicator.hpp"
#include "spec/events.hpp"

namespace psychograph::behavior {

/// What a customer did in one period.
struct PeriodSum {
  std::int64_t period = 0;  ///< counted from the table's first
  std::int64_t baskets = 0;
  std::int64_t value = 0;
};

/// Of all customers of a group in a period.
struct PeriodFigures {
  std::int64_t active = 0;
  std::int64_t baskets = 0;
  std::int64_t value = 0;
  std::int64_t retained = 0;     ///< active in the period before, too
  std::int64_t fresh = 0;        ///< active for the first time
  std::int64_t reactivated = 0;  ///< active earlier, but not in the period before
  std::int64_t lapsed = 0;       ///< active in the period before, and not now
  std::int64_t value_fresh = 0;
  std::int64_t value_reactivated = 0;
  std::int64_t expansion = 0;     ///< by which the retained spend more than in the period before
  std::int64_t contraction = 0;   ///< or less
  std::int64_t value_lapsed = 0;  ///< in the period before
};

/// Of those customers of a group who were active for the first time in one period, `age` periods later.
struct CohortFigures {
  std::int64_t active = 0;
  std::int64_t baskets = 0;
  std::int64_t value = 0;
};

class Growth {
 public:
  /// Groups are numbered from 0; a customer counts in all of those that they are added to.
  Growth(std::size_t groups, std::size_t periods);

  /// `sums`: of the periods in which the customer was active, rising.
  void add(std::size_t group, std::span<const PeriodSum> sums);
  /// Collective.
  void sum_over_ranks(const comm::Communicator& world);

  [[nodiscard]] std::size_t groups() const { return groups_; }
  [[nodiscard]] std::size_t periods() const { return periods_; }
  [[nodiscard]] const PeriodFigures& at(std::size_t group, std::size_t period) const {
    return figures_[group * periods_ + period];
  }
  [[nodiscard]] const CohortFigures& cohort(std::size_t group, std::size_t first, std::size_t age) const {
    return cohorts_[(group * periods_ + first) * periods_ + age];
  }
  /// Bytes that it takes.
  static double bytes(std::size_t groups, std::size_t periods);

 private:
  std::size_t groups_;
  std::size_t periods_;
  std::vector<PeriodFigures> figures_;
  std::vector<CohortFigures> cohorts_;
};

/// A customer's sums by period, of events in the order of `Event::in_order`. A basket counts in every period
/// that it has a line in. `first` is the number of the first period. Local.
void sum_by_period(std::span<const Event> events, spec::Period period, std::int64_t first, bool with_baskets,
                   std::vector<PeriodSum>& sums);

}  // namespace psychograph::behavior
