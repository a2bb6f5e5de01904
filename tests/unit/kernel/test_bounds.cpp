// The bounds: a label that stands by them is the label that a comparison with every centroid gives, to the
// last bit of float, ties and all.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/instruction_set.hpp"
#include "kernel/bounds.hpp"
#include "kernel/kernel.hpp"
#include "kernel/row_order.hpp"
#include "tiles.hpp"

namespace psychograph::kernel {
namespace {

using core::tile_rows;

std::vector<std::int32_t> labels_of(const core::FeatureMatrix& matrix, const core::Centroids& centroids) {
  std::vector<std::int32_t> labels(matrix.tiles() * tile_rows);
  nearest(tiles_of(matrix), PackedCentroids(centroids), labels.data());
  return labels;
}

double distance(const core::FeatureMatrix& matrix, std::size_t row, const PackedCentroids& centroids,
                std::size_t c) {
  double square = 0;
  for (std::size_t j = 0; j < matrix.columns(); ++j)
    square += std::pow(static_cast<double>(matrix.at(row, j)) - static_cast<double>(centroids.at(c, j)), 2);
  return std::sqrt(square);
}

double step(const PackedCentroids& before, const PackedCentroids& after, std::size_t c) {
  double square = 0;
  for (std::size_t j = 0; j < before.p(); ++j)
    square += std::pow(static_cast<double>(before.at(c, j)) - static_cast<double>(after.at(c, j)), 2);
  return std::sqrt(square);
}

/// Rows whose two nearest centroids are all but equally far: midpoints of two centroids, moved by a few units
/// in the last place; the centroids lie on a sphere, so that others are as near.
struct NearTies {
  core::FeatureMatrix matrix;
  core::Centroids centroids;
};

NearTies near_ties(std::size_t n, std::size_t p, std::size_t k, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  NearTies made{core::FeatureMatrix(n, p), core::Centroids(k, p)};
  for (std::size_t c = 0; c < k; ++c) {
    double square = 0;
    for (std::size_t j = 0; j < p; ++j) square += std::pow(made.centroids.at(c, j) = normal(random), 2);
    for (std::size_t j = 0; j < p; ++j) made.centroids.at(c, j) *= 3 / std::sqrt(square);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t a = random() % k, b = random() % k;
    for (std::size_t j = 0; j < p; ++j) {
      auto value = static_cast<float>((made.centroids.at(a, j) + made.centroids.at(b, j)) / 2);
      for (auto ulps = random() % 4; ulps > 0; --ulps) value = std::nextafter(value, 10.0F);
      made.matrix.at(i, j) = value;
    }
  }
  return made;
}

class BoundsOnEverySet : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { core::force_target(GetParam()); }
  void TearDown() override { core::force_target(""); }
};

INSTANTIATE_TEST_SUITE_P(Targets, BoundsOnEverySet, testing::ValuesIn(core::targets()));

TEST_P(BoundsOnEverySet, LeadsAreNearlyTheDistanceBetweenTheTwoNearest) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (const std::size_t p : {1U, 7U, 32U, 100U}) {
    core::FeatureMatrix matrix(200, p);
    core::Centroids centroids(20, p);
    for (std::size_t i = 0; i < 200; ++i) {
      for (std::size_t j = 0; j < p; ++j) matrix.at(i, j) = normal(random);
    }
    for (std::size_t c = 0; c < 20; ++c) {
      for (std::size_t j = 0; j < p; ++j) centroids.at(c, j) = static_cast<double>(normal(random));
    }
    const PackedCentroids packed(centroids);
    std::vector<std::int32_t> labels(matrix.tiles() * tile_rows);
    std::vector<float> leads(labels.size());
    const auto square_radius = 4.0F * static_cast<float>(p) + 10;  // no centroid is longer
    nearest_and_lead(tiles_of(matrix), packed, square_radius, labels.data(), leads.data());
    EXPECT_EQ(labels, labels_of(matrix, centroids));
    for (std::size_t i = 0; i < 200; ++i) {
      std::vector<double> distances;
      for (std::size_t c = 0; c < 20; ++c) distances.push_back(distance(matrix, i, packed, c));
      std::sort(distances.begin(), distances.end());
      const double most = std::min(distances[1] - distances[0], distances[1] / 2);
      EXPECT_LT(static_cast<double>(leads[i]), most);
      if (distances[1] > 0.5) {
        EXPECT_GT(static_cast<double>(leads[i]), most - 0.01) << "p = " << p;
      }
    }
  }
}

TEST_P(BoundsOnEverySet, ALeadIsNotUsedUpByTheWorstOfSteps) {
  std::mt19937 random(5);
  for (const double spread : {1e-6, 1e-3, 0.3}) {
    auto [matrix, centroids] = near_ties(300, 6, 5, 4);
    std::normal_distribution<double> normal(0.0, spread);
    for (std::size_t i = 0; i < 300; ++i) {
      for (std::size_t j = 0; j < 6; ++j) matrix.at(i, j) += static_cast<float>(normal(random));
    }
    const PackedCentroids packed(centroids);
    std::vector<std::int32_t> labels(matrix.tiles() * tile_rows);
    std::vector<std::int32_t> others(labels.size());
    std::vector<float> leads(labels.size());
    nearest_two(tiles_of(matrix), packed, labels.data(), others.data());
    nearest_and_lead(tiles_of(matrix), packed, 30.0F, labels.data(), leads.data());
    int tried = 0;
    for (std::size_t i = 0; i < 300; ++i) {
      const auto own = static_cast<std::size_t>(labels[i]), other = static_cast<std::size_t>(others[i]);
      // Half of the lead each: the own one straight away from the row, the next one straight towards it.
      auto moved = centroids;
      const double reach = 0.49999 * static_cast<double>(leads[i]);
      if (reach <= 0 || distance(matrix, i, packed, own) == 0) continue;
      for (std::size_t j = 0; j < 6; ++j) {
        const auto x = static_cast<double>(matrix.at(i, j));
        moved.at(own, j) += (centroids.at(own, j) - x) / distance(matrix, i, packed, own) * reach;
        moved.at(other, j) += (x - centroids.at(other, j)) / distance(matrix, i, packed, other) * reach;
      }
      const PackedCentroids after(moved);
      if (step(packed, after, own) + step(packed, after, other) > static_cast<double>(leads[i])) continue;
      ++tried;
      EXPECT_EQ(labels_of(matrix, moved)[i], labels[i]) << "row " << i << ", spread " << spread;
    }
    EXPECT_GT(tried, 30) << "spread " << spread;
  }
}

TEST_P(BoundsOnEverySet, RowsThatAreNotOverdueKeepTheirLabel) {
  for (const std::size_t p : {2U, 9U, 40U}) {
    const std::size_t k = 12;
    auto [matrix, centroids] = near_ties(400, p, k, static_cast<unsigned>(p));
    std::mt19937 random(6);
    std::normal_distribution<double> normal;
    Bounds bounds(matrix.tiles() * tile_rows, k);
    std::vector<std::int32_t> labels(matrix.tiles() * tile_rows, -1);
    std::int64_t stood = 0;
    for (int iteration = 0; iteration < 60; ++iteration) {
      const PackedCentroids packed(centroids);
      bounds.follow(packed);
      if (!bounds.hold()) bounds.begin();
      std::vector<std::uint16_t> overdue(matrix.tiles());
      bounds.overdue(labels.data(), 0, overdue);
      std::vector<std::int32_t> found(labels.size());
      std::vector<float> leads(labels.size());
      nearest_and_lead(tiles_of(matrix), packed, bounds.square_radius(), found.data(), leads.data());
      bounds.to_deadlines(found.data(), matrix.tiles(), leads.data());
      for (std::size_t i = 0; i < matrix.rows(); ++i) {
        if ((overdue[i / tile_rows] >> (i % tile_rows) & 1U) == 0) {
          ++stood;
          EXPECT_EQ(labels[i], found[i]) << "row " << i << ", iteration " << iteration;
        } else {
          labels[i] = found[i];
          bounds.deadlines()[i] = leads[i];
        }
      }
      // From strides to steps of a unit in the last place.
      const double stride = std::pow(10.0, -1 - iteration / 8);
      for (std::size_t c = 0; c < k; ++c) {
        for (std::size_t j = 0; j < p; ++j) centroids.at(c, j) += stride * normal(random);
      }
    }
    EXPECT_GT(stood, 400 * 10) << "p = " << p;
  }
}

TEST(Bounds, EndWhenCentroidsLeaveTheBallOfTheirErrors) {
  core::Centroids centroids(2, 1);
  centroids.at(0, 0) = 1;
  Bounds bounds(16, 2);
  bounds.follow(PackedCentroids(centroids));
  bounds.begin();
  centroids.at(0, 0) = 1.2;
  bounds.follow(PackedCentroids(centroids));
  EXPECT_TRUE(bounds.hold());
  centroids.at(0, 0) = 1.3;
  bounds.follow(PackedCentroids(centroids));
  EXPECT_FALSE(bounds.hold());
}

TEST(RowOrder, SortsWithinBlocksAndRestores) {
  std::mt19937 random(9);
  for (const std::size_t n : {5U, 16U, 1000U, 1024U, 2500U}) {
    core::FeatureMatrix matrix(n, 3);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < 3; ++j) matrix.at(i, j) = static_cast<float>(10 * i + j);
    }
    const std::size_t padded = matrix.tiles() * tile_rows;
    std::vector<std::int32_t> labels(padded);
    std::vector<float> deadlines(padded);
    std::iota(labels.begin(), labels.end(), 0);
    for (auto& deadline : deadlines) deadline = static_cast<float>(random() % 1000) / 100 - 1;
    const auto before = deadlines;
    RowOrder order(matrix);
    const RowOrder::Companions companions{labels, deadlines};
    const auto leads = [&](std::size_t begin, std::span<float> out) {
      std::copy_n(deadlines.begin() + static_cast<std::ptrdiff_t>(begin), out.size(), out.begin());
    };
    for (int times = 0; times < 2; ++times) {
      order.sort(leads, companions);
      for (std::size_t i = 0; i < padded; ++i) {
        const auto row = order.row_at(i);
        EXPECT_EQ(labels[i], static_cast<std::int32_t>(row));
        EXPECT_EQ(deadlines[i], before[row]);
        if (row < n) {
          EXPECT_EQ(matrix.at(i, 2), static_cast<float>(10 * row + 2));
        }
        if (i % RowOrder::block_rows != 0) {
          EXPECT_LT(std::max(deadlines[i - 1], 0.0F), std::max(deadlines[i], 0.0F) * 1.1F + 0.001F);
        }
      }
    }
    order.restore(companions);
    EXPECT_EQ(deadlines, before);
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(matrix.at(i, 1), static_cast<float>(10 * i + 1));
  }
}

}  // namespace
}  // namespace psychograph::kernel
