// The kernel: every instruction set of the machine against a plain std::fma loop, bit by bit.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/error.hpp"
#include "core/instruction_set.hpp"
#include "kernel/kernel.hpp"
#include "tiles.hpp"

namespace psychograph::kernel {
namespace {

struct Shape {
  std::size_t n;
  std::size_t p;
  std::size_t k;
};

core::FeatureMatrix random_matrix(const Shape& shape, std::mt19937& random) {
  core::FeatureMatrix matrix(shape.n, shape.p);
  std::normal_distribution<float> normal;
  // A coarse grid in part of the cases: ties must fall to the lowest index.
  const bool coarse = shape.n % 2 == 1;
  for (std::size_t i = 0; i < shape.n; ++i) {
    for (std::size_t j = 0; j < shape.p; ++j)
      matrix.at(i, j) = coarse ? std::round(normal(random)) : normal(random);
  }
  return matrix;
}

core::Centroids random_centroids(const core::FeatureMatrix& matrix, std::size_t k, std::mt19937& random) {
  core::Centroids centroids(k, matrix.columns());
  for (std::size_t c = 0; c < k; ++c) {
    const std::size_t row = random() % matrix.rows();
    for (std::size_t j = 0; j < matrix.columns(); ++j)
      centroids.at(c, j) = static_cast<double>(matrix.at(row, j));
  }
  return centroids;
}

/// The definition: |c|^2/2 - x.c, features in order, one fused multiply-add each.
std::vector<float> scores(const core::FeatureMatrix& matrix, std::size_t row,
                          const core::Centroids& centroids) {
  std::vector<float> result;
  for (std::size_t c = 0; c < centroids.k(); ++c) {
    double norm = 0;
    for (std::size_t j = 0; j < centroids.p(); ++j) {
      const auto value = static_cast<double>(static_cast<float>(centroids.at(c, j)));
      norm += value * value;
    }
    auto score = static_cast<float>(norm / 2);
    for (std::size_t j = 0; j < centroids.p(); ++j) {
      score = std::fma(-matrix.at(row, j), static_cast<float>(centroids.at(c, j)), score);
    }
    result.push_back(score);
  }
  return result;
}

class Kernel : public testing::TestWithParam<Shape> {
 protected:
  ~Kernel() override { core::force_target(""); }
};

TEST_P(Kernel, EverySetGivesTheDefinitionsLabels) {
  std::mt19937 random(7);
  const auto matrix = random_matrix(GetParam(), random);
  const auto centroids = random_centroids(matrix, GetParam().k, random);
  const PackedCentroids packed(centroids);
  const auto padded = matrix.tiles() * core::tile_rows;
  for (const auto& target : core::targets()) {
    core::force_target(target);
    std::vector<std::int32_t> labels(padded);
    std::vector<std::int32_t> first(padded);
    std::vector<std::int32_t> second(padded);
    nearest(tiles_of(matrix), packed, labels.data());
    nearest_two(tiles_of(matrix), packed, first.data(), second.data());
    for (std::size_t i = 0; i < matrix.rows(); ++i) {
      auto score = scores(matrix, i, centroids);
      const auto best = std::min_element(score.begin(), score.end()) - score.begin();
      ASSERT_EQ(labels[i], best) << target << ", row " << i;
      ASSERT_EQ(first[i], best) << target << ", row " << i;
      score[static_cast<std::size_t>(best)] = std::numeric_limits<float>::infinity();
      const auto next =
          centroids.k() == 1 ? -1 : std::min_element(score.begin(), score.end()) - score.begin();
      ASSERT_EQ(second[i], next) << target << ", row " << i;
    }
  }
}

/// The sum of (x - c)^2, features in order.
float square_of_differences(const core::FeatureMatrix& matrix, std::size_t row,
                            const core::Centroids& centroids, std::size_t c) {
  float square = 0;
  for (std::size_t j = 0; j < matrix.columns(); ++j) {
    const float difference = matrix.at(row, j) - static_cast<float>(centroids.at(c, j));
    square = std::fma(difference, difference, square);
  }
  return square;
}

TEST_P(Kernel, LowersDistancesByTheDefinition) {
  std::mt19937 random(8);
  const auto matrix = random_matrix(GetParam(), random);
  const auto centroids = random_centroids(matrix, GetParam().k, random);
  const PackedCentroids packed(centroids);
  const auto padded = matrix.tiles() * core::tile_rows;
  for (const auto& target : core::targets()) {
    core::force_target(target);
    std::vector<float> distance(padded, 3.0F);
    std::vector<std::int32_t> index(padded, -1);
    lower_nearest(tiles_of(matrix), packed, 100, distance.data(), index.data());
    for (std::size_t i = 0; i < matrix.rows(); ++i) {
      const auto score = scores(matrix, i, centroids);
      auto best = static_cast<std::size_t>(std::min_element(score.begin(), score.end()) - score.begin());
      float norm = 0;
      for (std::size_t j = 0; j < matrix.columns(); ++j)
        norm = std::fma(matrix.at(i, j), matrix.at(i, j), norm);
      float square = norm + 2 * score[best];
      if (square <
          1e-3F) {  // the centroids are rows: theirs are exactly 0, of rounding there is nothing left
        std::vector<float> exact;
        for (std::size_t c = 0; c < centroids.k(); ++c)
          exact.push_back(square_of_differences(matrix, i, centroids, c));
        best = static_cast<std::size_t>(std::min_element(exact.begin(), exact.end()) - exact.begin());
        square = exact[best];
        ASSERT_EQ(square, 0.0F);
      }
      ASSERT_NEAR(square, square_of_differences(matrix, i, centroids, best), 1e-3F);
      ASSERT_EQ(distance[i], std::min(square, 3.0F)) << target << ", row " << i;
      ASSERT_EQ(index[i], square < 3.0F ? static_cast<std::int32_t>(100 + best) : -1)
          << target << ", row " << i;
    }
  }
}

TEST_P(Kernel, SquaresFromAPointAreSumsOfSquaredDifferences) {
  std::mt19937 random(9);
  const auto matrix = random_matrix(GetParam(), random);
  const auto centroids = random_centroids(matrix, 1, random);
  std::vector<float> point;
  for (std::size_t j = 0; j < matrix.columns(); ++j) point.push_back(static_cast<float>(centroids.at(0, j)));
  for (const auto& target : core::targets()) {
    core::force_target(target);
    std::vector<float> squares(matrix.tiles() * core::tile_rows);
    squares_from(tiles_of(matrix), matrix.columns(), point.data(), squares.data());
    for (std::size_t i = 0; i < matrix.rows(); ++i)
      ASSERT_EQ(squares[i], square_of_differences(matrix, i, centroids, 0)) << target << ", row " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Kernel,
                         testing::Values(Shape{1, 1, 1}, Shape{15, 3, 2}, Shape{16, 7, 16}, Shape{17, 32, 17},
                                         Shape{100, 5, 33}, Shape{501, 2, 9}, Shape{64, 100, 64},
                                         Shape{33, 31, 5}));

TEST(Targets, RefusesAnUnknownSet) {
  EXPECT_THROW(core::force_target("mmx"), core::Error);
  EXPECT_EQ(core::targets().back(), "scalar");
  core::force_target("");
}

}  // namespace
}  // namespace psychograph::kernel
