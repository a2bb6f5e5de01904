// Trimmed k-means against a plain loop, and what becomes of those who are left out.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "cluster/algorithms.hpp"
#include "distributed/cluster/any_algorithm.hpp"
#include "distributed/random_rows.hpp"

namespace psychograph::cluster {
namespace {

using testing_algorithms::expect_same_bits_everywhere;
using testing_algorithms::expect_to_go_on;
using testing_algorithms::expect_to_refuse_others;
using testing_algorithms::Rows;
using testing_algorithms::run;

spec::Cluster trimmed_of(std::int64_t k, double trim) {
  spec::Cluster options;
  options.algorithm = spec::Algorithm::trimmed;
  options.k = k;
  options.trim = trim;
  options.restarts = 3;
  return options;
}

/// The inertia of those who stay, from that start.
double plain_trimmed(const Rows& rows, core::Centroids centroids, double trim) {
  const auto n = static_cast<std::size_t>(rows.n());
  std::vector<double> weights = rows.weights.empty() ? std::vector<double>(n, 1.0) : rows.weights;
  const auto taking_part = std::count_if(weights.begin(), weights.end(), [](double w) { return w > 0; });
  const auto away = static_cast<std::ptrdiff_t>(std::floor(trim * static_cast<double>(taking_part)));
  double best = std::numeric_limits<double>::infinity();
  while (true) {
    std::vector<std::size_t> label(n);
    std::vector<double> square(n, std::numeric_limits<double>::infinity());
    std::vector<double> sorted;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t c = 0; c < centroids.k(); ++c) {
        double sum = 0;
        for (std::size_t j = 0; j < rows.p; ++j) {
          const double apart = static_cast<double>(rows.cells[i * rows.p + j]) - centroids.at(c, j);
          sum += apart * apart;
        }
        if (sum < square[i]) {
          square[i] = sum;
          label[i] = c;
        }
      }
      if (weights[i] > 0) sorted.push_back(square[i]);
    }
    std::sort(sorted.begin(), sorted.end());
    const double reach = sorted[static_cast<std::size_t>(taking_part - away - 1)];
    double inertia = 0;
    std::vector<double> size(centroids.k(), 0.0);
    core::Centroids sums(centroids.k(), rows.p);
    for (std::size_t i = 0; i < n; ++i) {
      if (!(weights[i] > 0) || square[i] > reach) continue;
      inertia += weights[i] * square[i];
      size[label[i]] += weights[i];
      for (std::size_t j = 0; j < rows.p; ++j)
        sums.at(label[i], j) += weights[i] * static_cast<double>(rows.cells[i * rows.p + j]);
    }
    if (inertia >= best * (1 - 1e-14)) return std::min(best, inertia);
    best = inertia;
    for (std::size_t c = 0; c < centroids.k(); ++c) {
      for (std::size_t j = 0; j < rows.p && size[c] > 0; ++j) centroids.at(c, j) = sums.at(c, j) / size[c];
    }
  }
}

std::vector<double> weights_of(std::size_t n) {
  std::vector<double> weights;
  for (std::size_t i = 0; i < n; ++i)
    weights.push_back(i % 7 == 0 ? 0.0 : 0.5 + static_cast<double>(i % 4) / 2);
  return weights;
}

TEST(Trimmed, ComesToWhatThePlainLoopDoes) {
  const comm::Communicator world;
  for (const unsigned seed : {1U, 2U, 3U}) {
    for (const double trim : {0.0, 0.1, 0.33}) {
      Rows rows{testing_rows::random_rows(300, 2, seed), 2,
                seed == 2 ? weights_of(300) : std::vector<double>()};
      core::Centroids start(3, 2);
      for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t j = 0; j < 2; ++j)
          start.at(c, j) = static_cast<double>(rows.cells[(1 + 9 * c) * 2 + j]);
      }
      const auto outcome = run(world, rows, trimmed_of(3, trim), {.start = start});
      const double expected = plain_trimmed(rows, start, trim);
      EXPECT_NEAR(outcome.fitted.objective, expected, 1e-6 * expected) << seed << " " << trim;
    }
  }
}

TEST(Trimmed, GivesTheSameBitsOnAnyRanksAndInstructionSet) {
  Rows rows{testing_rows::random_rows(431, 3, 5), 3};
  expect_same_bits_everywhere(rows, trimmed_of(5, 0.1));
  rows.weights = weights_of(431);
  expect_same_bits_everywhere(rows, trimmed_of(5, 0.1));
}

TEST(Trimmed, GoesOnFromWhereverItWas) {
  expect_to_go_on({testing_rows::random_rows(400, 3, 9), 3}, trimmed_of(6, 0.2));
}

/// Two clumps, and a tenth of customers far off, who would draw centroids to them.
TEST(Trimmed, LeavesOutliersOut) {
  const comm::Communicator world;
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  Rows rows{{}, 2};
  for (int i = 0; i < 200; ++i) {
    const bool far = i % 10 == 0;
    rows.cells.push_back(far ? (i % 20 == 0 ? 900.0F : -900.0F) + static_cast<float>(i)
                             : normal(random) + (i % 2 == 0 ? 20.0F : -20.0F));
    rows.cells.push_back(normal(random));
  }
  auto wanted = trimmed_of(2, 0.1);
  wanted.init = spec::Init::random;  // others look for those who are far
  wanted.restarts = 20;
  const auto outcome = run(alone, rows, wanted);
  for (std::size_t i = 0; i < 200; ++i) {
    const auto& assignment = outcome.segments.assignment;
    if (i % 10 == 0) {
      EXPECT_EQ(assignment.label[i], -1) << i;
      EXPECT_GE(assignment.runner_up[i], 0);
      EXPECT_GT(assignment.distance[i], 10);
      EXPECT_TRUE(std::isnan(assignment.margin[i]));
    } else {
      EXPECT_GE(assignment.label[i], 0) << i;
    }
  }
  EXPECT_EQ(outcome.segments.size[0] + outcome.segments.size[1], 180);
  EXPECT_NEAR(outcome.segments.total_inertia, outcome.fitted.objective, 1e-9 * outcome.fitted.objective);
}

/// As many as are at the same distance as the last one that stays, stay.
TEST(Trimmed, KeepsThoseAtTheSameDistance) {
  const comm::Communicator world;
  Rows rows{{}, 1};
  for (int i = 0; i < 100; ++i) rows.cells.push_back(i % 2 == 0 ? 1.0F : -1.0F);
  const auto outcome = run(world, rows, trimmed_of(1, 0.1));
  EXPECT_EQ(outcome.segments.size[0], 100);
}

TEST(Trimmed, RefusesAStateThatItNeverComesTo) {
  expect_to_refuse_others({testing_rows::random_rows(150, 2, 6), 2}, trimmed_of(3, 0.1));
}

}  // namespace
}  // namespace psychograph::cluster
