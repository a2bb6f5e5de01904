// k-means of principal components' scores.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

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
using testing_algorithms::reduced_of;
using testing_algorithms::Rows;
using testing_algorithms::run;

/// As k-means of the scores that were worked out first: the same inertia but for what the scores lack.
TEST(FactorKmeans, IsKmeansOfScores) {
  const comm::Communicator world;
  constexpr std::size_t columns = 5;
  constexpr std::size_t n = 300;
  const Rows rows{testing_rows::random_rows(n, columns, 2), columns};
  std::vector<double> mean(columns, 0.0);
  for (std::size_t i = 0; i < n * columns; ++i) mean[i % columns] += static_cast<double>(rows.cells[i]) / n;
  std::vector<double> products(columns * columns, 0.0);
  const auto away = [&](std::size_t i, std::size_t j) {
    return static_cast<double>(rows.cells[i * columns + j]) - mean[j];
  };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t a = 0; a < columns; ++a) {
      for (std::size_t b = 0; b < columns; ++b) products[a * columns + b] += away(i, a) * away(i, b);
    }
  }
  const auto axes = eigen_of(products, columns);
  Rows scores{{}, 2};
  Rows centred{{}, columns};
  double lacking = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double square = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      centred.cells.push_back(static_cast<float>(away(i, j)));
      square += away(i, j) * away(i, j);
    }
    for (std::size_t d = 0; d < 2; ++d) {
      double along = 0;
      for (std::size_t j = 0; j < columns; ++j) along += away(i, j) * axes.vectors[d * columns + j];
      scores.cells.push_back(static_cast<float>(along));
      square -= along * along;
    }
    lacking += square;
  }
  auto wanted = reduced_of(spec::Algorithm::factor_kmeans, 4, 2);
  wanted.restarts = 20;
  auto plain = wanted;
  plain.algorithm = spec::Algorithm::kmeans;
  const double expected = run(world, scores, plain).fitted.objective + lacking;
  EXPECT_NEAR(run(world, centred, wanted).fitted.objective, expected, 1e-5 * expected);
  EXPECT_NEAR(run(world, rows, wanted).fitted.objective, expected, 1e-5 * expected);  // not centred
}

TEST(FactorKmeans, GivesTheSameBitsOnAnyRanksAndInstructionSet) {
  Rows rows{testing_rows::random_rows(431, 5, 5), 5};
  for (std::size_t i = 0; i < 431; ++i) rows.weights.push_back(i % 5 == 0 ? 0.0 : 1.5);
  expect_same_bits_everywhere(rows, reduced_of(spec::Algorithm::factor_kmeans, 5, 2));
}

TEST(FactorKmeans, GoesOnFromWhereverItWas) {
  expect_to_go_on({testing_rows::random_rows(400, 4, 9), 4},
                  reduced_of(spec::Algorithm::factor_kmeans, 5, 2));
}

TEST(FactorKmeans, RefusesAStateThatItNeverComesTo) {
  expect_to_refuse_others({testing_rows::random_rows(150, 4, 6), 4},
                          reduced_of(spec::Algorithm::factor_kmeans, 4, 2));
}

}  // namespace
}  // namespace psychograph::cluster
