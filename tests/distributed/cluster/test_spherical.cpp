// Spherical k-means against a plain loop over cosines.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "cluster/algorithms.hpp"
#include "distributed/cluster/any_algorithm.hpp"
#include "distributed/random_rows.hpp"

namespace psychograph::cluster {
namespace {

using testing_algorithms::expect_same_bits_everywhere;
using testing_algorithms::expect_to_go_on;
using testing_algorithms::Rows;
using testing_algorithms::run;

constexpr std::size_t p = 4;

spec::Cluster spherical_of(std::int64_t k) {
  spec::Cluster options;
  options.algorithm = spec::Algorithm::spherical;
  options.k = k;
  options.restarts = 3;
  return options;
}

Rows unit_rows(std::size_t n, unsigned seed) {
  Rows rows{testing_rows::random_rows(n, p, seed), p};
  for (std::size_t i = 0; i < n; ++i) {
    double square = 0;
    for (std::size_t j = 0; j < p; ++j) square += std::pow(static_cast<double>(rows.cells[i * p + j]), 2);
    for (std::size_t j = 0; j < p; ++j)
      rows.cells[i * p + j] =
          static_cast<float>(static_cast<double>(rows.cells[i * p + j]) / std::sqrt(square));
  }
  return rows;
}

/// Sum of 1 - cosine.
double plain_spherical(const Rows& rows, core::Centroids centroids) {
  double best = std::numeric_limits<double>::infinity();
  while (true) {
    double cost = 0;
    core::Centroids sums(centroids.k(), p);
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows.n()); ++i) {
      double highest = -2;
      std::size_t label = 0;
      for (std::size_t c = 0; c < centroids.k(); ++c) {
        double cosine = 0;
        for (std::size_t j = 0; j < p; ++j)
          cosine += static_cast<double>(rows.cells[i * p + j]) * centroids.at(c, j);
        if (cosine > highest) {
          highest = cosine;
          label = c;
        }
      }
      cost += 1 - highest;
      for (std::size_t j = 0; j < p; ++j) sums.at(label, j) += static_cast<double>(rows.cells[i * p + j]);
    }
    if (cost >= best * (1 - 1e-13)) return best;
    best = cost;
    for (std::size_t c = 0; c < centroids.k(); ++c) {
      double square = 0;
      for (std::size_t j = 0; j < p; ++j) square += sums.at(c, j) * sums.at(c, j);
      for (std::size_t j = 0; j < p && square > 0; ++j)
        centroids.at(c, j) = sums.at(c, j) / std::sqrt(square);
    }
  }
}

TEST(Spherical, ComesToWhatThePlainLoopDoes) {
  const comm::Communicator world;
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    const auto rows = unit_rows(400, seed);
    core::Centroids start(3, p);
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t j = 0; j < p; ++j) start.at(c, j) = static_cast<double>(rows.cells[11 * c * p + j]);
    }
    const auto outcome = run(world, rows, spherical_of(3), {.start = start});
    const double expected = 2 * plain_spherical(rows, start);
    EXPECT_NEAR(outcome.fitted.objective, expected, 1e-5 * expected) << seed;
  }
}

TEST(Spherical, GivesTheSameBitsOnAnyRanksAndInstructionSet) {
  expect_same_bits_everywhere(unit_rows(533, 7), spherical_of(5));
}

TEST(Spherical, CentroidsAreOfUnitLength) {
  const comm::Communicator world;
  const auto outcome = run(world, unit_rows(200, 3), spherical_of(4));
  const auto& centroids = outcome.segments.centroids();
  for (std::size_t c = 0; c < 4; ++c) {
    double square = 0;
    for (std::size_t j = 0; j < p; ++j) square += centroids.at(c, j) * centroids.at(c, j);
    EXPECT_NEAR(square, 1, 1e-12);
  }
}

TEST(Spherical, GoesOnFromWhereverItWas) { expect_to_go_on(unit_rows(300, 5), spherical_of(6)); }

}  // namespace
}  // namespace psychograph::cluster
