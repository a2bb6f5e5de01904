// Centroids that float can't tell apart, and rows compared with them in double, on every instruction set.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/instruction_set.hpp"
#include "kernel/closeness.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::kernel {
namespace {

/// The definition, pair by pair.
bool any_pair_is_close(const core::Centroids& centroids) {
  const double share = static_cast<double>(centroids.p() + 8) * 0x1p-21;
  for (std::size_t a = 0; a < centroids.k(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      double square = 0, norm_a = 0, norm_b = 0;
      for (std::size_t j = 0; j < centroids.p(); ++j) {
        square += std::pow(centroids.at(a, j) - centroids.at(b, j), 2);
        norm_a += std::pow(centroids.at(a, j), 2);
        norm_b += std::pow(centroids.at(b, j), 2);
      }
      if (square > 0 && square < std::max(share * std::max(norm_a, norm_b), 0x1p-110)) return true;
    }
  }
  return false;
}

core::Centroids centroids_of(std::size_t p, const std::vector<double>& values) {
  core::Centroids centroids(values.size() / p, p);
  std::copy(values.begin(), values.end(), centroids.row(0));
  return centroids;
}

TEST(Closeness, IsThatOfSomePair) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  int close = 0;
  constexpr int trials = 400;
  for (int trial = 0; trial < trials; ++trial) {
    const std::size_t p = 1 + random() % 4;
    core::Centroids centroids(2 + random() % 40, p);
    for (std::size_t c = 0; c < centroids.k(); ++c) {
      // All directions and sizes, and some near an earlier one.
      const bool beside = c > 0 && random() % 8 == 0;
      const std::size_t other = c > 0 ? random() % c : 0;
      const double size = std::exp(4 * normal(random));
      for (std::size_t j = 0; j < p; ++j)
        centroids.at(c, j) =
            beside ? centroids.at(other, j) * (1 + 0.01 * normal(random)) : size * normal(random);
    }
    const bool wanted = any_pair_is_close(centroids);
    EXPECT_EQ(too_close_for_float(centroids), wanted) << trial;
    close += wanted ? 1 : 0;
  }
  EXPECT_GT(close, trials / 10);
  EXPECT_LT(close, trials * 9 / 10);
}

TEST(Closeness, OfOrdinaryCentroidsThereIsNone) {
  std::mt19937 random(6);
  std::normal_distribution<double> normal;
  core::Centroids centroids(1000, 2);
  for (std::size_t i = 0; i < 2000; ++i) centroids.at(i / 2, i % 2) = normal(random);
  EXPECT_FALSE(too_close_for_float(centroids));
  EXPECT_FALSE(too_close_for_float(centroids_of(1, {0, 1, 1e9})));         // far, but not from its kind
  EXPECT_FALSE(too_close_for_float(centroids_of(2, {3, 4, 3, 4, 0, 1})));  // equal: nothing tells them apart
  EXPECT_TRUE(too_close_for_float(centroids_of(2, {3e4, 1, 3e4, 2, 0, 1})));
}

TEST(Closeness, RowsAreComparedInDoubleThen) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  for (const auto& [p, k] : {std::pair<std::size_t, std::size_t>{1, 2}, {2, 5}, {3, 17}, {9, 40}}) {
    const std::size_t n = 100;
    core::FeatureMatrix matrix(n, p);
    core::Centroids centroids(k, p);
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t j = 0; j < p; ++j)
        centroids.at(c, j) =
            (j == 0 && p > 1 ? 3e6 : 0) + std::round(2 * normal(random)) + (p == 1 ? 1e7 : 0);
    }
    if (p == 1) centroids.at(1, 0) = centroids.at(0, 0) + 2;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < p; ++j)
        matrix.at(i, j) = static_cast<float>(centroids.at(i % k, j) + std::round(normal(random)));
    }
    ASSERT_TRUE(too_close_for_float(centroids));
    const PackedCentroids packed(centroids);
    std::vector<const float*> tiles;
    for (std::size_t t = 0; t < matrix.tiles(); ++t) tiles.push_back(matrix.tile(t));
    for (const auto& target : core::targets()) {
      core::force_target(target);
      std::vector<std::int32_t> labels(tiles.size() * 16), best(labels.size()), next(labels.size());
      nearest(tiles, packed, labels.data());
      nearest_two(tiles, packed, best.data(), next.data());
      for (std::size_t i = 0; i < n; ++i) {
        std::vector<std::pair<double, std::int32_t>> squares;
        for (std::size_t c = 0; c < k; ++c) {
          double square = 0;
          for (std::size_t j = 0; j < p; ++j)
            square += std::pow(static_cast<double>(matrix.at(i, j)) - centroids.at(c, j), 2);
          squares.emplace_back(square, static_cast<std::int32_t>(c));
        }
        std::sort(squares.begin(), squares.end());
        EXPECT_EQ(labels[i], squares[0].second) << target;
        EXPECT_EQ(best[i], squares[0].second) << target;
        EXPECT_EQ(next[i], squares[1].second) << target;
      }
    }
    core::force_target("");
  }
}

}  // namespace
}  // namespace psychograph::kernel
