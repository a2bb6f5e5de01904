// k-medians against a plain loop, and against every way to cut a line.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "distributed/cluster/any_algorithm.hpp"
#include "distributed/random_rows.hpp"

namespace psychograph::cluster {
namespace {

using testing_algorithms::expect_same_bits_everywhere;
using testing_algorithms::expect_to_go_on;
using testing_algorithms::expect_to_refuse_others;
using testing_algorithms::Rows;
using testing_algorithms::run;

spec::Cluster medians_of(std::int64_t k) {
  spec::Cluster options;
  options.algorithm = spec::Algorithm::kmedians;
  options.k = k;
  return options;
}

std::vector<double> uneven_weights(std::size_t n) {
  std::vector<double> weights;
  for (std::size_t i = 0; i < n; ++i) weights.push_back(i % 7 == 0 ? 0.0 : 0.5 + static_cast<double>(i % 4));
  return weights;
}

/// The lowest value that half of the weight is not above.
double weighted_median(std::vector<std::pair<double, double>> cells) {
  std::sort(cells.begin(), cells.end());
  double all = 0;
  for (const auto& cell : cells) all += cell.second;
  double below = 0;
  for (const auto& [value, weight] : cells) {
    below += weight;
    if (2 * below >= all) return value;
  }
  return 0;
}

/// By assigning and taking medians, until the sum falls no more.
double plain_medians(const Rows& rows, core::Centroids centres) {
  const auto n = static_cast<std::size_t>(rows.n());
  double best = std::numeric_limits<double>::infinity();
  while (true) {
    double sum = 0;
    std::vector<std::vector<std::vector<std::pair<double, double>>>> cells(
        centres.k(), std::vector<std::vector<std::pair<double, double>>>(rows.p));
    for (std::size_t i = 0; i < n; ++i) {
      const double weight = rows.weights.empty() ? 1 : rows.weights[i];
      if (weight == 0) continue;
      std::size_t nearest = 0;
      double least = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < centres.k(); ++c) {
        double apart = 0;
        for (std::size_t j = 0; j < rows.p; ++j)
          apart += std::abs(static_cast<double>(rows.cells[i * rows.p + j]) - centres.at(c, j));
        if (apart < least) {
          least = apart;
          nearest = c;
        }
      }
      sum += weight * least;
      for (std::size_t j = 0; j < rows.p; ++j)
        cells[nearest][j].emplace_back(static_cast<double>(rows.cells[i * rows.p + j]), weight);
    }
    if (sum >= best) return best;
    best = sum;
    for (std::size_t c = 0; c < centres.k(); ++c) {
      for (std::size_t j = 0; j < rows.p && !cells[c][j].empty(); ++j)
        centres.at(c, j) = weighted_median(cells[c][j]);
    }
  }
}

TEST(Kmedians, ComeToWhatThePlainLoopDoes) {
  const comm::Communicator world;
  int alike = 0;  // those in which no centre was left by everybody
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U}) {
    Rows rows{testing_rows::random_rows(300, 4, seed, true), 4};
    if (seed % 2 == 0) rows.weights = uneven_weights(300);
    core::Centroids start(4, 4);
    for (std::size_t c = 0; c < 4; ++c) {
      for (std::size_t j = 0; j < 4; ++j)
        start.at(c, j) = static_cast<double>(rows.cells[(5 + 11 * c) * 4 + j]);
    }
    bool emptied = false;
    const auto outcome =
        run(world, rows, medians_of(4),
            {.start = start, .reseeded = [&](std::int64_t, std::int64_t) { emptied = true; }});
    const double expected = plain_medians(rows, start);
    if (emptied) continue;
    EXPECT_NEAR(outcome.fitted.objective, expected, 1e-9 * expected) << seed;
    ++alike;
  }
  EXPECT_GE(alike, 3);
}

/// Segments of a line are stretches of it: of all ways to cut one in three none has a lower sum.
TEST(Kmedians, FindTheLeastSumOfALine) {
  const comm::Communicator world;
  std::vector<double> line;
  for (int i = 0; i < 60; ++i) line.push_back(std::round(std::pow(i % 20, 1.5) + (i % 3) * 40));
  std::sort(line.begin(), line.end());
  const auto sum_of = [&](std::size_t first, std::size_t last) {
    const double median = line[(first + last) / 2];
    double sum = 0;
    for (auto i = first; i < last; ++i) sum += std::abs(line[i] - median);
    return sum;
  };
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t a = 1; a < line.size(); ++a) {
    for (std::size_t b = a + 1; b < line.size(); ++b)
      least = std::min(least, sum_of(0, a) + sum_of(a, b) + sum_of(b, line.size()));
  }
  auto options = medians_of(3);
  options.restarts = 20;
  const auto outcome = run(world, {std::vector<float>(line.begin(), line.end()), 1}, options);
  EXPECT_NEAR(outcome.fitted.objective, least, 1e-9 * least);
}

TEST(Kmedians, GiveTheSameBitsOnAnyRanksAndInstructionSet) {
  Rows rows{testing_rows::random_rows(431, 5, 5, true), 5};
  expect_same_bits_everywhere(rows, medians_of(5));
  rows.weights = uneven_weights(431);
  expect_same_bits_everywhere(rows, medians_of(5));
}

TEST(Kmedians, GoOnFromWhereverTheyWere) {
  expect_to_go_on({testing_rows::random_rows(400, 4, 9, true), 4}, medians_of(5));
}

TEST(Kmedians, RefuseAStateThatTheyNeverComeTo) {
  expect_to_refuse_others({testing_rows::random_rows(150, 4, 6, true), 4}, medians_of(4));
}

/// A centre that nobody is nearest to goes to the farthest customer.
TEST(Kmedians, LeaveNoSegmentEmpty) {
  const comm::Communicator world;
  const Rows rows{{0, 1, 2, 3, 100, 101}, 1};
  core::Centroids start(3, 1);
  start.at(0, 0) = 1;
  start.at(1, 0) = 500;
  start.at(2, 0) = 700;
  std::vector<std::int64_t> moved;
  const auto outcome = run(world, rows, medians_of(3),
                           {.start = start, .reseeded = [&](std::int64_t cluster, std::int64_t row) {
                              moved.push_back(cluster * 10 + row);
                            }});
  EXPECT_EQ(std::count(outcome.segments.size.begin(), outcome.segments.size.end(), 0), 0);
  EXPECT_FALSE(moved.empty());
  EXPECT_LE(outcome.fitted.objective, 5);
}

TEST(Kmedians, OfManyValuesOrFewerDistinctCustomersAreRefused) {
  const comm::Communicator world;
  EXPECT_THROW(run(world, {testing_rows::random_rows(200, 2, 1), 2}, medians_of(2)), core::Error);
  Rows rows{{}, 1};
  for (int i = 0; i < 30; ++i) rows.cells.push_back(static_cast<float>(i % 3));
  EXPECT_EQ(run(world, rows, medians_of(3)).fitted.objective, 0);
  EXPECT_THROW(run(world, rows, medians_of(4)), core::Error);
}

}  // namespace
}  // namespace psychograph::cluster
