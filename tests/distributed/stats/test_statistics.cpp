// Moments and quantiles over ranks: against plain loops, and the same bits as one rank alone.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "comm/all_reduce.hpp"
#include "stats/moments.hpp"
#include "stats/order_statistics.hpp"

namespace psychograph::stats {
namespace {

std::vector<double> share_of(const std::vector<double>& all, const comm::Communicator& world) {
  const auto range = comm::local_range(static_cast<std::int64_t>(all.size()), world.rank(), world.size());
  return {all.begin() + range.begin, all.begin() + range.end};
}

/// As a column is fitted: extremes, then two looks, in parts of odd sizes.
constexpr std::size_t part_size = 333;

template <class See>
void for_each_part(std::span<const double> values, See see) {
  for (std::size_t begin = 0; begin < values.size(); begin += part_size)
    see(values.subspan(begin, std::min(part_size, values.size() - begin)));
}

Extremes extremes_of(const comm::Communicator& world, std::span<const double> values) {
  Extremes local;
  for_each_part(values, [&](auto part) { find_extremes(part, local); });
  comm::max_over_ranks(world, std::span(&local.highest, 1));
  comm::min_over_ranks(world, std::span(&local.lowest, 1));
  return local;
}

std::int64_t count_of(const comm::Communicator& world, std::span<const double> values) {
  return comm::sum_over_ranks(world, static_cast<std::int64_t>(values.size()));
}

Moments moments(const comm::Communicator& world, std::span<const double> values) {
  const auto ends = extremes_of(world, values);
  MomentSums sums(count_of(world, values), ends.lowest, ends.highest);
  for_each_part(values, [&](auto part) { sums.add_values(part); });
  comm::sum_over_ranks(world, sums.values());
  sums.find_mean();
  for_each_part(values, [&](auto part) { sums.add_deviations(part); });
  comm::sum_over_ranks(world, sums.deviations());
  return sums.find();
}

/// Also how many of all values are no larger, where `at_or_below` is given.
std::vector<double> quantiles(const comm::Communicator& world, std::span<const double> values,
                              std::span<const double> levels,
                              std::vector<std::int64_t>* at_or_below = nullptr) {
  const auto ends = extremes_of(world, values);
  const auto count = count_of(world, values);
  OrderStatistics order(ends.lowest, ends.highest, quantile_places(count, levels));
  for_each_part(values, [&](auto part) { order.count(part); });
  comm::sum_over_ranks(world, order.counts());
  order.choose();
  for_each_part(values, [&](auto part) { order.keep(part); });
  const auto at_places = OrderStatistics::find(world, std::span(&order, 1)).front();
  auto found = quantiles_from(at_places, count, levels);
  if (at_or_below != nullptr) *at_or_below = at_or_below_quantiles(found, at_places, order.at_or_below());
  return found;
}

/// numpy's linear definition, on sorted values.
double plain_quantile(const std::vector<double>& sorted, double level) {
  const double position = level * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(position);
  const auto high = std::min(low + 1, sorted.size() - 1);
  const double t = position - std::floor(position);
  const double difference = sorted[high] - sorted[low];
  return t >= 0.5 ? sorted[high] - difference * (1 - t) : sorted[low] + difference * t;
}

std::vector<std::vector<double>> samples() {
  std::mt19937 random(3);
  std::normal_distribution<double> normal(1e6, 1.0);
  std::lognormal_distribution<double> skewed(0.0, 3.0);
  std::vector<std::vector<double>> all(9);
  for (int i = 0; i < 1001; ++i) {
    all[0].push_back(normal(random));
    all[1].push_back(skewed(random) * (i % 2 == 0 ? 1 : -1));
    all[2].push_back(static_cast<double>(random() % 6));
  }
  for (int i = 0; i < 60000; ++i) {
    all[6].push_back(skewed(random));  // nearly all in the first bucket, and more than are sent around
    all[7].push_back(static_cast<double>(random() % 3) - 1);
    all[8].push_back(i == 0 ? 1e140 : normal(random) - 1e6);
  }
  all[3] = {5.0};
  all[4] = {-0.0, 0.0, 1e-300, 1e100, -1e100};
  all[5] = {2.0, 1.0};
  return all;
}

TEST(Moments, EqualAPlainLoopAndOneRanksBits) {
  const comm::Communicator world;
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  for (const auto& all : samples()) {
    const auto mine = share_of(all, world);
    const auto found = moments(world, mine);
    const auto serial = moments(alone, all);
    EXPECT_EQ(found.count, static_cast<std::int64_t>(all.size()));
    EXPECT_EQ(found.mean, serial.mean);
    EXPECT_EQ(found.sd, serial.sd);
    long double sum = 0;
    for (const double value : all) sum += value;
    const auto mean = sum / static_cast<long double>(all.size());
    long double squares = 0;
    for (const double value : all) squares += (value - mean) * (value - mean);
    const auto sd = static_cast<double>(std::sqrt(squares / static_cast<long double>(all.size())));
    const double largest = std::max(std::abs(found.min), std::abs(found.max));
    EXPECT_NEAR(found.mean, static_cast<double>(mean), 1e-15 * largest);
    EXPECT_NEAR(found.sd, sd, 1e-13 * sd);
    EXPECT_EQ(found.min, *std::min_element(all.begin(), all.end()));
    EXPECT_EQ(found.max, *std::max_element(all.begin(), all.end()));
  }
}

TEST(Quantiles, AreExact) {
  const comm::Communicator world;
  const std::vector<double> levels{0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0};
  for (const auto& all : samples()) {
    const auto mine = share_of(all, world);
    std::vector<std::int64_t> at_or_below;
    const auto found = quantiles(world, mine, levels, &at_or_below);
    auto sorted = all;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < levels.size(); ++i) {
      EXPECT_EQ(found[i], plain_quantile(sorted, levels[i])) << levels[i];
      EXPECT_EQ(at_or_below[i], std::upper_bound(sorted.begin(), sorted.end(), found[i]) - sorted.begin())
          << levels[i];
    }
  }
}

TEST(Quantiles, WorkWhereOnlyOneRankHasValues) {
  const comm::Communicator world;
  std::vector<double> mine;
  if (world.rank() == world.size() - 1) mine = {3.0, 1.0, 2.0};
  EXPECT_EQ(quantiles(world, mine, std::vector{0.5}).front(), 2.0);
}

}  // namespace
}  // namespace psychograph::stats
