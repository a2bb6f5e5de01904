// Bisecting k-means against all splits of a line, and its tree before customers go to their nearest leaf.
#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "distributed/cluster/any_algorithm.hpp"
#include "distributed/random_rows.hpp"

namespace psychograph::cluster {
namespace {

using testing_algorithms::inertia_of;
using testing_algorithms::Rows;

/// Each time the stretch of largest inertia is cut where that leaves least.
double greedy_on_a_line(const std::vector<double>& line, std::int64_t k) {
  using Stretch = std::pair<std::size_t, std::size_t>;
  std::vector<Stretch> leaves{{0, line.size()}};
  const auto inertia = [&](const Stretch& leaf) { return inertia_of(line, leaf.first, leaf.second); };
  while (static_cast<std::int64_t>(leaves.size()) < k) {
    const auto largest = std::max_element(
        leaves.begin(), leaves.end(), [&](const auto& a, const auto& b) { return inertia(a) < inertia(b); });
    const auto [first, last] = *largest;
    std::size_t best = first + 1;
    for (std::size_t cut = first + 1; cut < last; ++cut) {
      if (inertia({first, cut}) + inertia({cut, last}) < inertia({first, best}) + inertia({best, last}))
        best = cut;
    }
    *largest = {first, best};
    leaves.emplace_back(best, last);
  }
  return std::accumulate(leaves.begin(), leaves.end(), 0.0,
                         [&](double sum, const Stretch& leaf) { return sum + inertia(leaf); });
}

// numpy: the leaf of largest inertia is split, each 2-means the best of 100 greedy k-means++ starts.
const testing_algorithms::Registration bisecting_is_known(spec::Algorithm::bisecting,
                                                          {greedy_on_a_line,
                                                           {{2, false, 105139.93167642792, 0.998, 1.001},
                                                            {3, false, 99271.20809007908, 0.998, 1.001},
                                                            {5, false, 93402.75929936001, 0.998, 1.001}}});

TEST(Bisecting, SplitsTheLeafOfLargestInertia) {
  const comm::Communicator world;
  // Two tight pairs of clumps and one wide clump of more customers: the wide one is split before the pairs.
  Rows rows{{}, 1};
  for (int i = 0; i < 40; ++i) {
    rows.cells.push_back(i % 2 == 0 ? -100.0F : -98.0F);
    rows.cells.push_back(static_cast<float>(100 + i));
  }
  spec::Cluster options;
  options.algorithm = spec::Algorithm::bisecting;
  options.k = 3;
  const auto outcome = testing_algorithms::run(world, rows, options);
  EXPECT_EQ(outcome.segments.size, (std::vector<std::int64_t>{40, 20, 20}));
  EXPECT_EQ(outcome.segments.centroids().at(0, 0), -99.0);
}

TEST(Bisecting, LowersTheInertiaOfTheTreeStepByStep) {
  const comm::Communicator world;
  const Rows rows{testing_rows::random_rows(500, 3, 9), 3};
  spec::Cluster options;
  options.algorithm = spec::Algorithm::bisecting;
  options.k = 6;
  options.restarts = 2;
  std::vector<Told> told;
  const auto outcome = testing_algorithms::run(
      world, rows, options,
      {.observer = {.step = [&](std::int64_t, const Told& step) { told.push_back(step); }}});
  EXPECT_EQ(static_cast<std::int64_t>(told.size()), outcome.fitted.iterations);
  for (std::size_t i = 0; i < told.size(); ++i) EXPECT_EQ(told[i].number, static_cast<std::int64_t>(i));
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end(), [](const Told& a, const Told& b) {
    return a.place.substr(0, 7) < b.place.substr(0, 7);
  }));
  EXPECT_LE(told.back().share, 1.0);
  EXPECT_EQ(told.front().place, "split 1 of 5, start 1 of 2, iteration 0");
  // Customers who go to the nearest leaf's centroid can only come nearer.
  EXPECT_LE(outcome.fitted.inertia, outcome.fitted.objective);
}

}  // namespace
}  // namespace psychograph::cluster
