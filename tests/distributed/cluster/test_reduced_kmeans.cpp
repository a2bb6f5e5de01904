// Reduced k-means against a plain loop, and Jacobi's rotations.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "cluster/algorithms.hpp"
#include "cluster/jacobi.hpp"
#include "distributed/cluster/any_algorithm.hpp"
#include "distributed/cluster/reduced_rows.hpp"
#include "distributed/random_rows.hpp"

namespace psychograph::cluster {
namespace {

using testing_algorithms::expect_same_bits_everywhere;
using testing_algorithms::expect_to_go_on;
using testing_algorithms::expect_to_refuse_others;
using testing_algorithms::masked_segments;
using testing_algorithms::plain_reduced;
using testing_algorithms::reduced_of;
using testing_algorithms::Rows;
using testing_algorithms::run;
using testing_algorithms::share_found;

Rows far_from_the_origin(std::size_t n, std::size_t p) {
  Rows rows{testing_rows::random_rows(n, p, 4), p};
  for (std::size_t i = 0; i < rows.cells.size(); ++i) rows.cells[i] += static_cast<float>(4 << (i % p));
  return rows;
}

TEST(Jacobi, FindsEigenvectors) {
  std::mt19937 random(3);
  std::normal_distribution<> normal;
  constexpr std::size_t n = 7;
  std::vector<double> matrix(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) matrix[i * n + j] = matrix[j * n + i] = normal(random);
  }
  const auto found = eigen_of(matrix, n);
  for (std::size_t v = 0; v < n; ++v) {
    EXPECT_GE(found.values[v > 0 ? v - 1 : 0], found.values[v]);
    for (std::size_t i = 0; i < n; ++i) {
      double product = 0;
      for (std::size_t j = 0; j < n; ++j) product += matrix[i * n + j] * found.vectors[v * n + j];
      EXPECT_NEAR(product, found.values[v] * found.vectors[v * n + i], 1e-12);
    }
    for (std::size_t w = 0; w <= v; ++w) {
      double product = 0;
      for (std::size_t j = 0; j < n; ++j) product += found.vectors[v * n + j] * found.vectors[w * n + j];
      EXPECT_NEAR(product, v == w ? 1 : 0, 1e-13);
    }
  }
}

TEST(ReducedKmeans, ComesToWhatThePlainLoopDoes) {
  const comm::Communicator world;
  for (const unsigned seed : {1U, 2U, 3U}) {
    Rows rows{testing_rows::random_rows(200, 5, seed), 5};
    if (seed == 2) {
      for (std::size_t i = 0; i < 200; ++i) rows.weights.push_back(0.5 + static_cast<double>(i % 3));
    }
    core::Centroids start(4, 5);
    for (std::size_t c = 0; c < 4; ++c) {
      for (std::size_t j = 0; j < 5; ++j)
        start.at(c, j) = static_cast<double>(rows.cells[(3 + 7 * c) * 5 + j]);
    }
    const auto outcome =
        run(world, rows, reduced_of(spec::Algorithm::reduced_kmeans, 4, 2), {.start = start});
    const double expected = plain_reduced(rows, start, 2);
    EXPECT_NEAR(outcome.fitted.objective, expected, 1e-6 * expected) << seed;
  }
}

/// k centroids lie in k - 1 dimensions about their middle, wherever that is.
TEST(ReducedKmeans, OfAllDimensionsIsKmeans) {
  const comm::Communicator world;
  const auto rows = far_from_the_origin(300, 6);
  const auto plain = run(world, rows, reduced_of(spec::Algorithm::kmeans, 4, 2));
  for (const std::int64_t dimensions : {3, 4, 6}) {
    const auto reduced = run(world, rows, reduced_of(spec::Algorithm::reduced_kmeans, 4, dimensions));
    EXPECT_EQ(reduced.fitted.objective, plain.fitted.objective) << dimensions;
  }
  const auto fewer = run(world, rows, reduced_of(spec::Algorithm::reduced_kmeans, 4, 1));
  EXPECT_GT(fewer.fitted.objective, plain.fitted.objective);
}

/// Axes go through the middle of the customers, as they weigh: moved elsewhere, they are segmented alike.
TEST(ReducedKmeans, IsTheSameWhereverCustomersAre) {
  const comm::Communicator world;
  Rows rows{testing_rows::random_rows(400, 4, 12), 4};
  for (std::size_t i = 0; i < 400; ++i) rows.weights.push_back(i % 5 == 0 ? 20.0 : 0.1);
  auto moved = rows;
  for (std::size_t i = 0; i < moved.cells.size(); ++i) moved.cells[i] += static_cast<float>(8 << (i % 4));
  core::Centroids start(5, 4);
  auto moved_start = start;
  for (std::size_t i = 0; i < 20; ++i) {
    start.at(i / 4, i % 4) = static_cast<double>(rows.cells[i * 13 + i % 4 - (i * 13) % 4]);
    moved_start.at(i / 4, i % 4) = start.at(i / 4, i % 4) + (8 << (i % 4));
  }
  for (const auto algorithm : {spec::Algorithm::reduced_kmeans, spec::Algorithm::factor_kmeans}) {
    const auto here = run(world, rows, reduced_of(algorithm, 5, 2), {.start = start});
    const auto there = run(world, moved, reduced_of(algorithm, 5, 2), {.start = moved_start});
    EXPECT_NEAR(there.fitted.objective, here.fitted.objective, 1e-5 * here.fitted.objective);
  }
}

/// Of all dimensions, those between segments lose least: with k - 1 nothing.
TEST(ReducedKmeans, IsNoWorseThanFactorKmeans) {
  const comm::Communicator world;
  for (const unsigned seed : {21U, 22U, 23U}) {
    Rows rows{testing_rows::random_rows(300, 5, seed), 5};
    for (std::size_t i = 0; i < 300; ++i) rows.weights.push_back(0.5 + static_cast<double>(i % 4));
    auto reduced = reduced_of(spec::Algorithm::reduced_kmeans, 4, 2);
    auto factor = reduced_of(spec::Algorithm::factor_kmeans, 4, 2);
    reduced.restarts = factor.restarts = 20;
    EXPECT_LE(run(world, rows, reduced).fitted.objective,
              run(world, rows, factor).fitted.objective * (1 + 1e-6));
  }
}

/// Segments lie in two columns of little variance: reduced k-means finds these, and the main axes are others.
TEST(ReducedKmeans, FindsWhatReducingFirstHides) {
  const comm::Communicator world;
  const auto [rows, truth] = masked_segments();
  EXPECT_GT(share_found(world, rows, truth, spec::Algorithm::reduced_kmeans), 0.95);
  EXPECT_LT(share_found(world, rows, truth, spec::Algorithm::factor_kmeans), 0.7);
}

TEST(ReducedKmeans, GivesTheSameBitsOnAnyRanksAndInstructionSet) {
  expect_same_bits_everywhere({testing_rows::random_rows(431, 5, 5), 5},
                              reduced_of(spec::Algorithm::reduced_kmeans, 5, 2));
}

TEST(ReducedKmeans, GoesOnFromWhereverItWas) {
  expect_to_go_on({testing_rows::random_rows(400, 4, 9), 4},
                  reduced_of(spec::Algorithm::reduced_kmeans, 5, 2));
}

TEST(ReducedKmeans, RefusesAStateThatItNeverComesTo) {
  expect_to_refuse_others({testing_rows::random_rows(150, 4, 6), 4},
                          reduced_of(spec::Algorithm::reduced_kmeans, 4, 2));
}

}  // namespace
}  // namespace psychograph::cluster
