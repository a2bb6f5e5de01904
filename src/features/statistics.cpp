#include "features/statistics.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "comm/all_reduce.hpp"
#include "core/fixed_point.hpp"

namespace psychograph::features {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The exact mean of term(value) over all ranks' n values; no term is larger than 1.
template <class Term>
double exact_mean(const comm::Communicator& world, std::span<const double> values, std::int64_t n,
                  Term term) {
  core::FixedPointSum sum(static_cast<double>(n), 1.0, n);
  for (const double value : values) sum.add(term(value));
  comm::sum_over_ranks(world, sum.parts());
  return sum.value() / static_cast<double>(n);
}

/// A power of two that brings `largest` to 1 or just below: multiplying by it is exact, and keeps squares of
/// very large and very small values within the range of double.
double unit_scale(double largest) {
  return largest > 0 ? std::exp2(std::clamp(-(std::ilogb(largest) + 1), -1000, 1000)) : 1.0;
}

/// Doubles as integers of the same order.
std::uint64_t to_key(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits >> 63) != 0 ? ~bits : bits | (std::uint64_t{1} << 63);
}
double from_key(std::uint64_t key) {
  return std::bit_cast<double>((key >> 63) != 0 ? key & ~(std::uint64_t{1} << 63) : ~key);
}

/// Looking for the value at `rank` (0-based) among those whose key begins with `prefix`.
struct Target {
  std::int64_t rank;
  std::uint64_t prefix;
};

struct Digit {
  unsigned shift;
  unsigned bits;
};
constexpr std::array<Digit, 5> digits{{{48, 16}, {36, 12}, {24, 12}, {12, 12}, {0, 12}}};

/// Where `prefix` stands among `prefixes` (few, sorted), or their number.
std::size_t find_prefix(const std::vector<std::uint64_t>& prefixes, std::uint64_t prefix) {
  std::size_t i = 0;
  while (i < prefixes.size() && prefixes[i] != prefix) ++i;
  return i;
}

/// The values at the given ranks, of all ranks' values in order.
std::vector<double> order_statistics(const comm::Communicator& world, std::span<double> values,
                                     const std::vector<std::int64_t>& ranks) {
  std::vector<Target> targets;
  for (const auto rank : ranks) targets.push_back({rank, 0});
  for (const auto digit : digits) {
    std::vector<std::uint64_t> prefixes;
    for (const auto& target : targets) prefixes.push_back(target.prefix);
    std::sort(prefixes.begin(), prefixes.end());
    prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
    const std::size_t buckets = std::size_t{1} << digit.bits;
    std::vector<std::int64_t> histogram(prefixes.size() * buckets, 0);
    std::size_t kept = 0;  // what no target looks for any more is left behind
    for (const double value : values) {
      const auto key = to_key(value) >> digit.shift;
      const auto group = digit.bits + digit.shift == 64 ? 0 : find_prefix(prefixes, key >> digit.bits);
      if (group == prefixes.size()) continue;
      ++histogram[group * buckets + (key & (buckets - 1))];
      values[kept++] = value;
    }
    values = values.first(kept);
    comm::sum_over_ranks(world, histogram);
    for (auto& target : targets) {
      const auto* counts = histogram.data() + find_prefix(prefixes, target.prefix) * buckets;
      std::uint64_t bucket = 0;
      while (target.rank >= counts[bucket]) target.rank -= counts[bucket++];
      target.prefix = (target.prefix << digit.bits) | bucket;
    }
  }
  std::vector<double> result;
  for (const auto& target : targets) result.push_back(from_key(target.prefix));
  return result;
}

/// numpy's linear interpolation, bit for bit.
double interpolate(double low, double high, double t) {
  const double difference = high - low;
  return t >= 0.5 ? high - difference * (1 - t) : low + difference * t;
}

}  // namespace

Moments moments(const comm::Communicator& world, std::span<const double> values) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::array<double, 2> extremes{-infinity, -infinity};  // of -x and x
  for (const double value : values) {
    extremes[0] = std::max(extremes[0], -value);
    extremes[1] = std::max(extremes[1], value);
  }
  comm::max_over_ranks(world, extremes);
  Moments result;
  result.count = comm::sum_over_ranks(world, static_cast<std::int64_t>(values.size()));
  if (result.count == 0) return {0, not_a_number, not_a_number, not_a_number, not_a_number};
  result.min = -extremes[0];
  result.max = extremes[1];
  const double scale = unit_scale(std::max(std::abs(result.min), std::abs(result.max)));
  const double mean = exact_mean(world, values, result.count, [&](double x) { return x * scale; }) / scale;
  result.mean = std::clamp(mean, result.min, result.max);
  const double spread = unit_scale(result.max - result.min);
  const double variance = exact_mean(world, values, result.count, [&](double x) {
    const double deviation = (x - result.mean) * spread;
    return deviation * deviation;
  });
  result.sd = result.min == result.max ? 0.0 : std::sqrt(variance) / spread;
  return result;
}

std::vector<double> quantiles(const comm::Communicator& world, std::span<double> values,
                              std::span<const double> levels) {
  const auto n = comm::sum_over_ranks(world, static_cast<std::int64_t>(values.size()));
  std::vector<std::int64_t> ranks;
  for (const double level : levels) {
    const auto low = static_cast<std::int64_t>(std::floor(level * static_cast<double>(n - 1)));
    ranks.push_back(low);
    ranks.push_back(std::min(low + 1, n - 1));
  }
  const auto found = order_statistics(world, values, ranks);
  std::vector<double> result;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const double position = levels[i] * static_cast<double>(n - 1);
    result.push_back(interpolate(found[2 * i], found[2 * i + 1], position - std::floor(position)));
  }
  return result;
}

}  // namespace psychograph::features
