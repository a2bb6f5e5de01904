// Exact order statistics of values that are spread over the ranks, in two looks at the values.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_memory.hpp"
#include "stats/column_loops.hpp"

namespace psychograph::stats {

/// Finds the values at some places in the order of all ranks' values.
///
/// The first look counts them in buckets of equal width between the extremes; summed over the ranks, the
/// counts tell which buckets hold the places. The second look keeps what lies in those. What is kept is told
/// apart by the digits of the values' bits, from the first one in which they differ, until it is one value or
/// few enough to be sent to every rank. Counts are integers: the result does not depend on how values are
/// dealt out.
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
  [[nodiscard]] std::vector<std::int64_t> at_or_below() const;

 private:
  /// Values that are close together, as integers of the same order; and how many all ranks have.
  struct Group {
    core::RowVector<std::uint64_t> keys;  ///< may be half of all rows: a column of few values
    std::int64_t global_count = 0;
    std::uint64_t lowest = 0;  ///< over all ranks
    std::uint64_t highest = 0;
  };
  /// The value at `place` (0-based) of a group, which is at `rank` of all.
  struct Target {
    std::int64_t rank;
    std::int64_t place;
    std::size_t group;
  };

  [[nodiscard]] bool are_few() const;
  [[nodiscard]] bool narrow_further() const { return !settled_ && !are_few(); }
  void find_local_bounds();
  void take_bounds();
  void count_digits();
  void split();
  static void gather(const comm::Communicator& world, std::span<OrderStatistics> all);
  [[nodiscard]] std::vector<double> values() const;

  Buckets buckets_;
  std::vector<std::uint32_t> found_;     ///< buckets of the values at hand
  std::vector<std::int64_t> histogram_;  ///< two of them, so that equal neighbours don't wait for each other
  std::vector<std::int64_t> local_counts_;
  std::vector<std::uint8_t> group_of_;  ///< by bucket: 1 + group, 0 where no target is
  std::vector<Target> targets_;
  std::vector<Group> groups_;
  std::vector<std::int64_t> bounds_;  ///< of the groups, as signed integers, the lower ones inverted
  core::RowMemory where_;
  bool settled_ = false;  ///< every group is one value, many times
};

}  // namespace psychograph::stats
