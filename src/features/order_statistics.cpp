#include "features/order_statistics.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/all_reduce.hpp"

namespace psychograph::features {
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

/// The smallest shift that brings keys between the two into the buckets.
unsigned shift_for(std::uint64_t lowest, std::uint64_t highest) {
  const auto bits = static_cast<unsigned>(std::bit_width(highest - lowest));
  constexpr auto digit = static_cast<unsigned>(std::bit_width(Buckets::count - 1));
  return bits > digit ? bits - digit : 0;
}

}  // namespace

OrderStatistics::OrderStatistics(double lowest, double highest, std::vector<std::int64_t> places)
    : buckets_(Buckets::over(lowest, highest)),
      found_(cells_at_once),
      histogram_(2 * std::size_t{Buckets::count}, 0) {
  for (const auto place : places) targets_.push_back({place, 0});
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

void OrderStatistics::choose(const comm::Communicator& world) {
  for (std::size_t b = 0; b < Buckets::count; ++b) histogram_[b] += histogram_[Buckets::count + b];
  histogram_.resize(Buckets::count);
  const auto local = histogram_;
  comm::sum_over_ranks(world, histogram_);
  group_of_.assign(Buckets::count, 0);
  for (auto& target : targets_) {
    const auto bucket = find_bucket(histogram_.data(), target.place);
    if (group_of_[bucket] == 0) {
      groups_.push_back({{}, histogram_[bucket]});
      groups_.back().keys.reserve(static_cast<std::size_t>(local[bucket]));
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
        groups_[group - std::size_t{1}].keys.push_back(to_key(part[i]));
    }
  }
}

bool OrderStatistics::settled() const {
  return std::all_of(groups_.begin(), groups_.end(), [](const auto& g) { return g.lowest == g.highest; });
}

std::vector<double> OrderStatistics::find(const comm::Communicator& world) {
  for (;;) {
    std::int64_t left = 0;
    for (const auto& group : groups_) left += group.global_count;
    if (left <= few_values) return gather(world);
    find_bounds(world);
    if (settled()) break;
    split(world);
  }
  std::vector<double> result;
  for (const auto& target : targets_) result.push_back(from_key(groups_[target.group].lowest));
  return result;
}

void OrderStatistics::find_bounds(const comm::Communicator& world) {
  // As signed integers of the same order, the lower ends negated: one maximum finds all.
  std::vector<std::int64_t> bounds;
  for (const auto& group : groups_) {
    std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
    std::int64_t highest = std::numeric_limits<std::int64_t>::min();
    for (const auto key : group.keys) {
      const auto ordered = static_cast<std::int64_t>(key ^ sign);
      lowest = std::min(lowest, ordered);
      highest = std::max(highest, ordered);
    }
    bounds.push_back(~lowest);
    bounds.push_back(highest);
  }
  comm::max_over_ranks(world, bounds);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    groups_[g].lowest = static_cast<std::uint64_t>(~bounds[2 * g]) ^ sign;
    groups_[g].highest = static_cast<std::uint64_t>(bounds[2 * g + 1]) ^ sign;
  }
}

void OrderStatistics::split(const comm::Communicator& world) {
  const auto bucket_of = [](const Group& group, std::uint64_t key) {
    return static_cast<std::size_t>((key - group.lowest) >> shift_for(group.lowest, group.highest));
  };
  histogram_.assign(groups_.size() * Buckets::count, 0);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    for (const auto key : groups_[g].keys) ++histogram_[g * Buckets::count + bucket_of(groups_[g], key)];
  }
  comm::sum_over_ranks(world, histogram_);
  std::vector<Group> parts;
  std::vector<std::uint8_t> part_of(histogram_.size(), 0);
  for (auto& target : targets_) {
    const auto* counts = histogram_.data() + target.group * Buckets::count;
    const auto bucket = target.group * Buckets::count + find_bucket(counts, target.place);
    if (part_of[bucket] == 0) {
      parts.push_back({{}, histogram_[bucket]});
      part_of[bucket] = static_cast<std::uint8_t>(parts.size());
    }
    target.group = part_of[bucket] - std::size_t{1};
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    for (const auto key : groups_[g].keys) {
      const auto part = part_of[g * Buckets::count + bucket_of(groups_[g], key)];
      if (part != 0) parts[part - std::size_t{1}].keys.push_back(key);
    }
    groups_[g].keys = {};
  }
  groups_ = std::move(parts);
}

std::vector<double> OrderStatistics::gather(const comm::Communicator& world) const {
  std::vector<std::vector<std::uint64_t>> mine;
  for (const auto& group : groups_) mine.push_back(group.keys);
  std::vector<std::vector<std::vector<std::uint64_t>>> by_rank;
  boost::mpi::all_gather(world, mine, by_rank);
  std::vector<std::vector<std::uint64_t>> all(groups_.size());
  for (const auto& part : by_rank) {
    for (std::size_t g = 0; g < all.size(); ++g) all[g].insert(all[g].end(), part[g].begin(), part[g].end());
  }
  for (auto& keys : all) std::sort(keys.begin(), keys.end());
  std::vector<double> result;
  for (const auto& target : targets_)
    result.push_back(from_key(all[target.group][static_cast<std::size_t>(target.place)]));
  return result;
}

}  // namespace psychograph::features
