// What the cases work on. PSYCHOGRAPH_BENCH_ROWS is the number of rows (1,000,000 unless told).
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include <random>

#include "core/centroids.hpp"
#include "core/feature_matrix.hpp"

namespace psychograph::bench {

inline std::size_t rows() {
  const char* text = std::getenv("PSYCHOGRAPH_BENCH_ROWS");
  return text == nullptr ? 1'000'000 : static_cast<std::size_t>(std::stoull(text));
}

/// [n, p] normal numbers. Few are drawn, and repeated at a stride: drawing would take longer than measuring.
inline core::FeatureMatrix random_matrix(std::size_t n, std::size_t p) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> values(65537);
  for (auto& value : values) value = normal(random);
  core::FeatureMatrix matrix(n, p);
  std::size_t next = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < p; ++j) matrix.at(i, j) = values[next++ % values.size()];
  }
  return matrix;
}

/// The matrix's tiles in order, as the kernel takes them.
inline std::vector<const float*> tiles_of(const core::FeatureMatrix& matrix) {
  std::vector<const float*> tiles(matrix.tiles());
  for (std::size_t t = 0; t < tiles.size(); ++t) tiles[t] = matrix.tile(t);
  return tiles;
}

/// k of the matrix's rows, evenly spread.
inline core::Centroids some_rows(const core::FeatureMatrix& matrix, std::size_t k) {
  core::Centroids centroids(k, matrix.columns());
  for (std::size_t c = 0; c < k; ++c) {
    for (std::size_t j = 0; j < matrix.columns(); ++j)
      centroids.at(c, j) = static_cast<double>(matrix.at(c * matrix.rows() / k, j));
  }
  return centroids;
}

}  // namespace psychograph::bench
