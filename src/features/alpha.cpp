#include "features/alpha.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "comm/all_reduce.hpp"
#include "core/figure.hpp"
#include "core/fixed_point.hpp"
#include "features/composite.hpp"

namespace psychograph::features {
namespace {

/// Sums over the customers who answered both items of a pair.
struct PairSums {
  core::FixedPointSum first;
  core::FixedPointSum second;
  core::FixedPointSum product;
  std::int64_t count = 0;

  PairSums(double largest, std::int64_t n)
      : first(largest * static_cast<double>(n), largest, n),
        second(first),
        product(largest * largest * static_cast<double>(n), largest * largest, n) {}

  void add(std::span<const double> a, std::span<const double> b, double origin) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (std::isnan(a[i]) || std::isnan(b[i])) continue;
      first.add(a[i] - origin);
      second.add(b[i] - origin);
      product.add((a[i] - origin) * (b[i] - origin));
      ++count;
    }
  }
  [[nodiscard]] double covariance() const {
    const auto n = static_cast<double>(count);
    return (product.value() - first.value() * second.value() / n) / (n - 1);
  }
};

/// All pairs' sums over all ranks, in one all-reduce. Collective.
void sum_over_ranks(const comm::Communicator& world, std::vector<PairSums>& pairs) {
  std::vector<std::int64_t> integers;
  const auto for_each_integer = [&](auto use) {
    for (auto& pair : pairs) {
      for (auto* sum : {&pair.first, &pair.second, &pair.product}) {
        for (auto& part : sum->parts()) use(part);
      }
      use(pair.count);
    }
  };
  for_each_integer([&](std::int64_t& value) { integers.push_back(value); });
  comm::sum_over_ranks(world, integers);
  for_each_integer([next = integers.cbegin()](std::int64_t& value) mutable { value = *next++; });
}

}  // namespace

double cronbach_alpha(const comm::Communicator& world, const io::Shard& shard, const Feature& construct) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> extremes{-infinity, -infinity};  // of -x and x, over all items
  for_each_window(shard, construct, [&](std::int64_t, std::span<const double> answers) {
    for (const double value : answers) {
      if (std::isnan(value)) continue;
      extremes[0] = std::max(extremes[0], -value);
      extremes[1] = std::max(extremes[1], value);
    }
  });
  comm::max_over_ranks(world, extremes);
  if (std::isinf(extremes[1])) return core::not_a_number;
  // Sums are taken about the middle of the scale: nothing is lost to a far origin.
  const double origin = (extremes[1] - extremes[0]) / 2;
  const double largest = (extremes[1] + extremes[0]) / 2;
  const auto m = construct.columns.size();
  std::vector<PairSums> pairs(m * (m + 1) / 2, PairSums(largest, shard.table().rows()));
  for_each_window(shard, construct, [&](std::int64_t, std::span<const double> answers) {
    const auto rows = answers.size() / m;
    auto pair = pairs.begin();
    for (std::size_t a = 0; a < m; ++a) {
      for (std::size_t b = a; b < m; ++b)
        (pair++)->add(answers.subspan(a * rows, rows), answers.subspan(b * rows, rows), origin);
    }
  });
  sum_over_ranks(world, pairs);
  double total = 0;
  double trace = 0;
  auto pair = pairs.cbegin();
  for (std::size_t a = 0; a < m; ++a) {
    for (std::size_t b = a; b < m; ++b, ++pair) {
      const double covariance = pair->covariance();
      trace += a == b ? covariance : 0;
      total += a == b ? covariance : 2 * covariance;
    }
  }
  const auto items = static_cast<double>(m);
  return items / (items - 1) * (1 - trace / total);
}

}  // namespace psychograph::features
