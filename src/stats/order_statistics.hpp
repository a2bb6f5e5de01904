// Exact order statistics of values that are spread over the ranks, in two looks at the values.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_memory.hpp"
#include "stats/column_loops.hpp"
#include "stats/key_groups.hpp"

namespace psychograph::stats {

/// Finds the values at some places in the order of all ranks' values.
///
/// The first look counts them in buckets of equal width between the extremes; summed over the ranks, the
/// counts tell which buckets hold the places. The second look keeps what lies in those (`KeyGroups`).
class OrderStatistics {
 public:
  /// `lowest` and `highest` are the extremes, and `places` (0-based, rising) are below the number, of all
  /// ranks' values. What has to be kept of them lies in `where`.
  OrderStatistics(double lowest, double highest, const std::vector<std::int64_t>& places,
                  core::RowMemory where = {});

  /// First look; every value once, in parts of any size. No NaN. Local.
  void count(std::span<const double> values);
  /// What the first look counted, to be summed over the ranks before `choose`.
  [[nodiscard]] std::span<std::int64_t> counts();
  /// Ends the first look. Local.
  void choose();
  /// Second look, at the same values in any order. Local.
  void keep(std::span<const double> values);

  /// The values at the places of each: ranks meet for all of them together. They are used up. Collective.
  static std::vector<std::vector<double>> find(const comm::Communicator& world,
                                               std::span<OrderStatistics> all);
  /// After `find`: of all ranks' values, how many are no larger than the one at each place. Local.
  [[nodiscard]] std::vector<std::int64_t> at_or_below() const { return groups_.at_or_below(); }

 private:
  Buckets buckets_;
  std::vector<std::uint32_t> found_;     ///< buckets of the values at hand
  std::vector<std::int64_t> histogram_;  ///< two of them, so that equal neighbours don't wait for each other
  std::vector<std::int64_t> local_counts_;
  std::vector<std::uint32_t> group_of_;  ///< by bucket: 1 + group, 0 where no place is
  std::vector<std::int64_t> places_;
  KeyGroups groups_;
};

}  // namespace psychograph::stats
