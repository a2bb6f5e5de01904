#include "stats/key_groups.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/joint_reduction.hpp"
#include "stats/column_loops.hpp"

namespace psychograph::stats {
namespace {

constexpr std::uint64_t sign = std::uint64_t{1} << 63;
/// So many values, and so many more a group, are sent to every rank rather than counted once more.
constexpr std::int64_t few_values = 4096;
constexpr std::int64_t few_in_a_group = 32;

/// Doubles as integers of the same order.
std::uint64_t to_key(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}
double from_key(std::uint64_t key) { return std::bit_cast<double>((key & sign) != 0 ? key & ~sign : ~key); }

/// What is kept is told apart by so many buckets a group: few, as ranks add them up.
constexpr unsigned digit_bits = 8;
constexpr std::size_t digits = std::size_t{1} << digit_bits;

/// The smallest shift that brings keys between the two into the buckets.
unsigned shift_for(std::uint64_t lowest, std::uint64_t highest) {
  const auto bits = static_cast<unsigned>(std::bit_width(highest - lowest));
  return bits > digit_bits ? bits - digit_bits : 0;
}

}  // namespace

std::size_t KeyGroups::add(std::int64_t global_count, std::int64_t local_count) {
  groups_.push_back({core::RowVector<std::uint64_t>(where_), global_count});
  groups_.back().keys.reserve(static_cast<std::size_t>(local_count));
  return groups_.size() - 1;
}

void KeyGroups::keep(std::size_t group, double value) {
  groups_[group].keys.push_back(to_key(value + 0.0));  // -0 is 0
}

std::vector<std::vector<double>> KeyGroups::find(const comm::Communicator& world,
                                                 std::span<KeyGroups* const> all) {
  comm::JointReduction<std::int64_t> joint;
  const auto for_each_wide = [&](auto visit) {
    for (auto* one : all) {
      if (one->narrow_further()) visit(*one);
    }
  };
  while (std::any_of(all.begin(), all.end(), [](const auto* one) { return one->narrow_further(); })) {
    for_each_wide([&](auto& one) {
      one.find_local_bounds();
      joint.include(one.bounds_);
    });
    joint.max(world);
    for_each_wide([](auto& one) { one.take_bounds(); });
    for_each_wide([&](auto& one) {
      one.count_digits();
      joint.include(one.histogram_);
    });
    joint.sum(world);
    for_each_wide([](auto& one) { one.split(); });
  }
  gather(world, all);
  std::vector<std::vector<double>> result;
  for (const auto* one : all) result.push_back(one->values());
  return result;
}

bool KeyGroups::are_few() const {
  std::int64_t left = 0;
  for (const auto& group : groups_) left += group.global_count;
  return left <= few_values + few_in_a_group * static_cast<std::int64_t>(groups_.size());
}

void KeyGroups::find_local_bounds() {
  bounds_.clear();
  for (const auto& group : groups_) {
    std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
    std::int64_t highest = std::numeric_limits<std::int64_t>::min();
    for (const auto key : group.keys) {
      const auto ordered = static_cast<std::int64_t>(key ^ sign);
      lowest = std::min(lowest, ordered);
      highest = std::max(highest, ordered);
    }
    bounds_.push_back(~lowest);
    bounds_.push_back(highest);
  }
}

void KeyGroups::take_bounds() {
  settled_ = true;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    groups_[g].lowest = static_cast<std::uint64_t>(~bounds_[2 * g]) ^ sign;
    groups_[g].highest = static_cast<std::uint64_t>(bounds_[2 * g + 1]) ^ sign;
    settled_ &= groups_[g].lowest == groups_[g].highest;
  }
}

void KeyGroups::count_digits() {
  histogram_.assign(groups_.size() * digits, 0);
  auto* counts = histogram_.data();
  for (const auto& group : groups_) {
    const auto shift = shift_for(group.lowest, group.highest);
    for (const auto key : group.keys) ++counts[(key - group.lowest) >> shift];
    counts += digits;
  }
}

void KeyGroups::split() {
  std::vector<Group> parts;
  std::vector<std::uint32_t> part_of(histogram_.size(), 0);  // 1 + part, 0 where no target is
  for (auto& target : targets_) {
    const auto first = target.group * digits;
    const auto bucket = first + find_bucket(histogram_.data() + first, target.place);
    if (part_of[bucket] == 0) {
      parts.push_back({core::RowVector<std::uint64_t>(where_), histogram_[bucket]});
      part_of[bucket] = static_cast<std::uint32_t>(parts.size());
    }
    target.group = part_of[bucket] - std::size_t{1};
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const auto shift = shift_for(groups_[g].lowest, groups_[g].highest);
    for (const auto key : groups_[g].keys) {
      const auto part = part_of[g * digits + ((key - groups_[g].lowest) >> shift)];
      if (part != 0) parts[part - std::size_t{1}].keys.push_back(key);
    }
    groups_[g].keys = core::RowVector<std::uint64_t>(where_);
  }
  groups_ = std::move(parts);
}

/// Gives every rank all keys of the groups that are few, sorted.
void KeyGroups::gather(const comm::Communicator& world, std::span<KeyGroups* const> all) {
  std::vector<Group*> groups;
  for (auto* one : all) {
    for (auto& group : one->groups_) {
      if (!one->settled_) groups.push_back(&group);
    }
  }
  if (groups.empty()) return;
  std::vector<std::uint64_t> mine;  // of each group, how many keys, and these
  for (auto* group : groups) {
    mine.push_back(group->keys.size());
    mine.insert(mine.end(), group->keys.begin(), group->keys.end());
    group->keys.clear();
  }
  std::vector<std::vector<std::uint64_t>> by_rank;
  boost::mpi::all_gather(world, mine, by_rank);
  for (const auto& flat : by_rank) {
    auto next = flat.begin();
    for (auto* group : groups) {
      const auto count = static_cast<std::ptrdiff_t>(*next++);
      group->keys.insert(group->keys.end(), next, next + count);
      next += count;
    }
  }
  for (auto* group : groups) std::sort(group->keys.begin(), group->keys.end());
}

std::vector<double> KeyGroups::values() const {
  std::vector<double> result;
  for (const auto& target : targets_) {
    const auto& group = groups_[target.group];
    result.push_back(from_key(settled_ ? group.lowest : group.keys[static_cast<std::size_t>(target.place)]));
  }
  return result;
}

std::vector<std::int64_t> KeyGroups::at_or_below() const {
  std::vector<std::int64_t> result;
  for (const auto& target : targets_) {
    const auto& group = groups_[target.group];
    const auto before = target.rank - target.place;
    if (settled_) {
      result.push_back(before + group.global_count);
      continue;
    }
    const auto key = group.keys[static_cast<std::size_t>(target.place)];
    result.push_back(before +
                     (std::upper_bound(group.keys.begin(), group.keys.end(), key) - group.keys.begin()));
  }
  return result;
}

}  // namespace psychograph::stats
