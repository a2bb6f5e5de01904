#include "stats/order_statistics.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/joint_reduction.hpp"

namespace psychograph::stats {
namespace {

constexpr std::size_t cells_at_once = 2048;
constexpr std::uint64_t sign = std::uint64_t{1} << 63;
/// So many values are sent to every rank rather than counted once more.
constexpr std::int64_t few_values = 4096;

/// Doubles as integers of the same order.
std::uint64_t to_key(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}
double from_key(std::uint64_t key) { return std::bit_cast<double>((key & sign) != 0 ? key & ~sign : ~key); }

/// Where `counts` adds up to more than `place`; takes what lies before away from `place`.
std::size_t find_bucket(const std::int64_t* counts, std::int64_t& place) {
  std::size_t bucket = 0;
  while (place >= counts[bucket]) place -= counts[bucket++];
  return bucket;
}

/// What is kept after the first look is told apart by so many buckets a group: few, as ranks add them up.
constexpr unsigned digit_bits = 8;
constexpr std::size_t digits = std::size_t{1} << digit_bits;

/// The smallest shift that brings keys between the two into the buckets.
unsigned shift_for(std::uint64_t lowest, std::uint64_t highest) {
  const auto bits = static_cast<unsigned>(std::bit_width(highest - lowest));
  return bits > digit_bits ? bits - digit_bits : 0;
}

}  // namespace

OrderStatistics::OrderStatistics(double lowest, double highest, const std::vector<std::int64_t>& places,
                                 core::RowMemory where)
    : buckets_(Buckets::over(lowest, highest)),
      found_(cells_at_once),
      histogram_(2 * std::size_t{Buckets::count}, 0),
      where_(std::move(where)) {
  for (const auto place : places) targets_.push_back({place, place, 0});
}

void OrderStatistics::count(std::span<const double> values) {
  auto* const other = histogram_.data() + Buckets::count;
  for (std::size_t begin = 0; begin < values.size(); begin += cells_at_once) {
    const auto part = values.subspan(begin, std::min(cells_at_once, values.size() - begin));
    find_buckets(part, buckets_, found_.data());
    std::size_t i = 0;
    for (; i + 2 <= part.size(); i += 2) {
      ++histogram_[found_[i]];
      ++other[found_[i + 1]];
    }
    if (i < part.size()) ++histogram_[found_[i]];
  }
}

std::span<std::int64_t> OrderStatistics::counts() {
  for (std::size_t b = 0; b < Buckets::count; ++b) histogram_[b] += histogram_[Buckets::count + b];
  histogram_.resize(Buckets::count);
  local_counts_ = histogram_;
  return histogram_;
}

void OrderStatistics::choose() {
  group_of_.assign(Buckets::count, 0);
  for (auto& target : targets_) {
    const auto bucket = find_bucket(histogram_.data(), target.place);
    if (group_of_[bucket] == 0) {
      groups_.push_back({core::RowVector<std::uint64_t>(where_), histogram_[bucket]});
      groups_.back().keys.reserve(static_cast<std::size_t>(local_counts_[bucket]));
      group_of_[bucket] = static_cast<std::uint8_t>(groups_.size());
    }
    target.group = group_of_[bucket] - std::size_t{1};
  }
}

void OrderStatistics::keep(std::span<const double> values) {
  for (std::size_t begin = 0; begin < values.size(); begin += cells_at_once) {
    const auto part = values.subspan(begin, std::min(cells_at_once, values.size() - begin));
    find_buckets(part, buckets_, found_.data());
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (const auto group = group_of_[found_[i]]; group != 0) [[unlikely]]
        groups_[group - std::size_t{1}].keys.push_back(to_key(part[i] + 0.0));  // -0 is 0
    }
  }
}

std::vector<std::vector<double>> OrderStatistics::find(const comm::Communicator& world,
                                                       std::span<OrderStatistics> all) {
  comm::JointReduction<std::int64_t> joint;
  const auto for_each_wide = [&](auto visit) {
    for (auto& one : all) {
      if (one.narrow_further()) visit(one);
    }
  };
  while (std::any_of(all.begin(), all.end(), [](const auto& one) { return one.narrow_further(); })) {
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
  for (const auto& one : all) result.push_back(one.values());
  return result;
}

bool OrderStatistics::are_few() const {
  std::int64_t left = 0;
  for (const auto& group : groups_) left += group.global_count;
  return left <= few_values;
}

void OrderStatistics::find_local_bounds() {
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

void OrderStatistics::take_bounds() {
  settled_ = true;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    groups_[g].lowest = static_cast<std::uint64_t>(~bounds_[2 * g]) ^ sign;
    groups_[g].highest = static_cast<std::uint64_t>(bounds_[2 * g + 1]) ^ sign;
    settled_ &= groups_[g].lowest == groups_[g].highest;
  }
}

void OrderStatistics::count_digits() {
  histogram_.assign(groups_.size() * digits, 0);
  auto* counts = histogram_.data();
  for (const auto& group : groups_) {
    const auto shift = shift_for(group.lowest, group.highest);
    for (const auto key : group.keys) ++counts[(key - group.lowest) >> shift];
    counts += digits;
  }
}

void OrderStatistics::split() {
  std::vector<Group> parts;
  std::vector<std::uint8_t> part_of(histogram_.size(), 0);
  for (auto& target : targets_) {
    const auto first = target.group * digits;
    const auto bucket = first + find_bucket(histogram_.data() + first, target.place);
    if (part_of[bucket] == 0) {
      parts.push_back({core::RowVector<std::uint64_t>(where_), histogram_[bucket]});
      part_of[bucket] = static_cast<std::uint8_t>(parts.size());
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
void OrderStatistics::gather(const comm::Communicator& world, std::span<OrderStatistics> all) {
  std::vector<Group*> groups;
  for (auto& one : all) {
    for (auto& group : one.groups_) {
      if (!one.settled_) groups.push_back(&group);
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

std::vector<double> OrderStatistics::values() const {
  std::vector<double> result;
  for (const auto& target : targets_) {
    const auto& group = groups_[target.group];
    result.push_back(from_key(settled_ ? group.lowest : group.keys[static_cast<std::size_t>(target.place)]));
  }
  return result;
}

std::vector<std::int64_t> OrderStatistics::at_or_below() const {
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
