// Values at some places of groups of values that are spread over the ranks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_memory.hpp"

namespace psychograph::stats {

/// Groups of values that are close together, and the places in them that are looked for. Values are kept as
/// integers of the same order, and told apart by the digits of their bits, from the first one in which a
/// group's differ, until a group is one value or all are few enough to be sent to every rank. Counts are
/// integers: the result does not depend on how values are dealt out.
class KeyGroups {
 public:
  /// What is kept lies in `where`.
  explicit KeyGroups(core::RowMemory where = {}) : where_(std::move(where)) {}

  /// A group of `global_count` values of all ranks, `local_count` of them this one's; its number. Local.
  std::size_t add(std::int64_t global_count, std::int64_t local_count);
  /// What is at `place` (0-based) of a group is looked for. `rank` is its place among all values. Local.
  void look_for(std::size_t group, std::int64_t place, std::int64_t rank) {
    targets_.push_back({rank, place, group});
  }
  /// Takes a value of a group over. Local.
  void keep(std::size_t group, double value);

  /// The values at the places of each, in the order in which they were asked for: ranks meet for all of them
  /// together. They are used up. Collective.
  static std::vector<std::vector<double>> find(const comm::Communicator& world,
                                               std::span<KeyGroups* const> all);
  /// After `find`: of all values, how many are no larger than the one at each place, given how many lie
  /// before the groups (`rank` - `place`). Local.
  [[nodiscard]] std::vector<std::int64_t> at_or_below() const;

 private:
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
  static void gather(const comm::Communicator& world, std::span<KeyGroups* const> all);
  [[nodiscard]] std::vector<double> values() const;

  std::vector<Target> targets_;
  std::vector<Group> groups_;
  std::vector<std::int64_t> bounds_;  ///< of the groups, as signed integers, the lower ones inverted
  std::vector<std::int64_t> histogram_;
  core::RowMemory where_;
  bool settled_ = false;  ///< every group is one value, many times
};

}  // namespace psychograph::stats
