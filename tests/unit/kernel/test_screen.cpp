// The screen: where it is sure of a row, the label is the kernel's, to the last bit of float, ties and all.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/centroids.hpp"
#include "core/feature_matrix.hpp"
#include "core/instruction_set.hpp"
#include "kernel/kernel.hpp"
#include "kernel/screen.hpp"

namespace psychograph::kernel {
namespace {

using core::tile_rows;

struct ScreenShape {
  std::size_t rows, p, k;
};

core::FeatureMatrix normal_rows(const ScreenShape& shape, std::mt19937& random, float scale = 1) {
  std::normal_distribution<float> value;
  core::FeatureMatrix matrix(shape.rows, shape.p);
  for (std::size_t i = 0; i < shape.rows; ++i) {
    for (std::size_t j = 0; j < shape.p; ++j) matrix.at(i, j) = scale * value(random);
  }
  return matrix;
}

core::Centroids normal_centroids(const ScreenShape& shape, std::mt19937& random, double scale = 1) {
  std::normal_distribution<double> value;
  core::Centroids centroids(shape.k, shape.p);
  for (std::size_t c = 0; c < shape.k; ++c) {
    for (std::size_t j = 0; j < shape.p; ++j) centroids.at(c, j) = 0.7 * scale * value(random);
  }
  return centroids;
}

class Screens : public testing::TestWithParam<ScreenShape> {
 protected:
  void SetUp() override {
    if (!Screen::pays(64)) GTEST_SKIP() << "the processor has no AVX-512 VNNI";
  }

  /// Expects that labels are the kernel's where the screen is sure; returns the share of the others.
  static double share_of_unsure(const core::FeatureMatrix& matrix, const core::Centroids& centroids,
                                double reach) {
    std::vector<const float*> tiles;
    for (std::size_t t = 0; t < matrix.tiles(); ++t) tiles.push_back(matrix.tile(t));
    const PackedCentroids packed(centroids);
    std::vector<std::int32_t> expected(matrix.tiles() * tile_rows);
    std::vector<std::int32_t> found(expected.size());
    std::vector<std::uint16_t> unsure(matrix.tiles());
    nearest(tiles, packed, expected.data());
    Screen(packed, reach).nearest(tiles, found.data(), unsure.data());
    double count = 0;
    for (std::size_t i = 0; i < matrix.rows(); ++i) {
      if ((unsure[i / tile_rows] >> (i % tile_rows) & 1U) != 0) {
        ++count;
      } else {
        EXPECT_EQ(found[i], expected[i]) << "row " << i;
      }
    }
    return count / static_cast<double>(matrix.rows());
  }
};

TEST_P(Screens, AreRightWhereTheyAreSure) {
  std::mt19937 random(1);
  const auto shape = GetParam();
  for (const float scale : {1.0F, 1e-8F, 1e8F}) {
    const auto matrix = normal_rows(shape, random, scale);
    const auto centroids = normal_centroids(shape, random, static_cast<double>(scale));
    const double usual = std::sqrt(static_cast<double>(shape.p)) * static_cast<double>(scale);
    EXPECT_LT(share_of_unsure(matrix, centroids, 2 * usual), shape.p < 3 ? 0.25 : 0.1);
    share_of_unsure(matrix, centroids, usual);        // half of the rows are longer
    share_of_unsure(matrix, centroids, 100 * usual);  // coarse
    EXPECT_EQ(share_of_unsure(matrix, centroids, 0), share_of_unsure(matrix, centroids, 1e-3 * usual));
  }
}

/// Rows half way between two centroids, but for a step of that many units in the last place of float up to a
/// thousandth: the worst for every kind of rounding.
TEST_P(Screens, AreNotFooledByNearTies) {
  std::mt19937 random(2);
  auto shape = GetParam();
  shape.rows = 2000;
  const auto centroids = normal_centroids(shape, random);
  core::FeatureMatrix matrix(shape.rows, shape.p);
  for (std::size_t i = 0; i < shape.rows; ++i) {
    const auto a = random() % shape.k;
    const auto b = random() % shape.k;
    const double step = std::ldexp(random() % 2 == 0 ? 1.0 : -1.0, -static_cast<int>(random() % 20) - 6);
    for (std::size_t j = 0; j < shape.p; ++j) {
      const double middle = (centroids.at(a, j) + centroids.at(b, j)) / 2;
      matrix.at(i, j) = static_cast<float>(middle + step * (centroids.at(a, j) - centroids.at(b, j)));
    }
  }
  share_of_unsure(matrix, centroids, 2 * std::sqrt(static_cast<double>(shape.p)));
}

TEST_P(Screens, AreNotSureOfTies) {
  std::mt19937 random(3);
  const auto shape = GetParam();
  const auto matrix = normal_rows(shape, random);
  auto centroids = normal_centroids(shape, random);
  for (std::size_t c = 1; c < shape.k; c += 2)
    std::copy_n(centroids.row(c - 1), shape.p, centroids.row(c));  // of the same centroids the first counts
  const double unsure = share_of_unsure(matrix, centroids, 2 * std::sqrt(static_cast<double>(shape.p)));
  if (shape.k % 2 == 0) {
    EXPECT_EQ(unsure, 1);
  }
  EXPECT_EQ(share_of_unsure(core::FeatureMatrix(shape.rows, shape.p), core::Centroids(shape.k, shape.p), 0),
            1);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Screens,
                         testing::Values(ScreenShape{100, 1, 17}, ScreenShape{500, 2, 24},
                                         ScreenShape{333, 7, 33}, ScreenShape{1000, 32, 64},
                                         ScreenShape{1000, 33, 100}, ScreenShape{700, 100, 256},
                                         ScreenShape{400, 31, 1000}));

TEST(Screen, BelongsToOneSet) {
  for (const auto& target : core::targets()) {
    core::force_target(target);
    EXPECT_EQ(Screen::pays(64), target == "avx3_vnni") << target;
  }
  core::force_target("");
  EXPECT_FALSE(Screen::pays(16));
  EXPECT_FALSE(Screen::pays(1U << 17));
}

}  // namespace
}  // namespace psychograph::kernel
