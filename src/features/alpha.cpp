#include "features/alpha.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "comm/all_reduce.hpp"
#include "core/figure.hpp"
#include "core/fixed_point.hpp"
#include "features/load.hpp"

namespace psychograph::features {
namespace {

constexpr std::int64_t window_rows = std::int64_t{1}
                                     << 16;  // all items of so many rows are in memory at once

/// Shows the keyed answers of all items, window by window, as [items][rows of the window].
template <class Show>
void for_each_window(const comm::Communicator& world, const io::Shard& shard, const Feature& construct,
                     Show show) {
  const auto& table = shard.table();
  std::vector<std::size_t> columns;
  for (const auto& item : construct.columns) columns.push_back(*table.find(item));
  const auto local = static_cast<std::int64_t>(shard.local_rows());
  const auto most = comm::max_over_ranks(world, local);
  std::vector<std::vector<double>> answers(columns.size());
  for (std::int64_t first = 0; first < most; first += window_rows) {
    const auto rows = std::clamp<std::int64_t>(local - first, 0, window_rows);
    for (auto& item : answers) item.resize(static_cast<std::size_t>(rows));
    shard.read(columns, first, window_rows, [&](const io::RawBlock& block) {
      const auto item =
          static_cast<std::size_t>(std::find(columns.begin(), columns.end(), block.column) - columns.begin());
      const auto out =
          std::span(answers[item]).subspan(static_cast<std::size_t>(block.first - first), block.count);
      const auto first_row = shard.rows().begin + block.first;
      block_numbers(table, block, construct.sentinels, out);
      check_finite(table, block, first_row, out);
      apply_keying(table, block, first_row, construct, item, out);
    });
    show(answers);
  }
}

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

  void add(const std::vector<double>& a, const std::vector<double>& b, double origin) {
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
  for_each_window(world, shard, construct, [&](const auto& answers) {
    for (const auto& item : answers) {
      for (const double value : item) {
        if (std::isnan(value)) continue;
        extremes[0] = std::max(extremes[0], -value);
        extremes[1] = std::max(extremes[1], value);
      }
    }
  });
  comm::max_over_ranks(world, extremes);
  if (std::isinf(extremes[1])) return core::not_a_number;
  // Sums are taken about the middle of the scale: nothing is lost to a far origin.
  const double origin = (extremes[1] - extremes[0]) / 2;
  const double largest = (extremes[1] + extremes[0]) / 2;
  const auto m = construct.columns.size();
  std::vector<PairSums> pairs(m * (m + 1) / 2, PairSums(largest, shard.table().rows()));
  for_each_window(world, shard, construct, [&](const auto& answers) {
    auto pair = pairs.begin();
    for (std::size_t a = 0; a < m; ++a) {
      for (std::size_t b = a; b < m; ++b) (pair++)->add(answers[a], answers[b], origin);
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
