// Rows for tests: the same whole on every rank, of which each rank takes its share.
#pragma once

#include <vector>

#include <random>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"

namespace psychograph::testing_rows {

/// [n, p], row-major. Clumps around a few centres; on a coarse grid where `coarse`, so that there are ties.
inline std::vector<float> random_rows(std::size_t n, std::size_t p, unsigned seed, bool coarse = false) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> centres(5 * p);
  for (auto& value : centres) value = 3 * normal(random);
  std::vector<float> rows(n * p);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t centre = random() % 5;
    for (std::size_t j = 0; j < p; ++j) {
      const float value = centres[centre * p + j] + normal(random);
      rows[i * p + j] = coarse ? std::round(value) : value;
    }
  }
  return rows;
}

/// The rows of one range as a matrix.
inline core::FeatureMatrix matrix_of(const std::vector<float>& rows, std::size_t p, core::RowRange range) {
  core::FeatureMatrix matrix(static_cast<std::size_t>(range.size()), p);
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    for (std::size_t j = 0; j < p; ++j)
      matrix.at(i, j) = rows[(static_cast<std::size_t>(range.begin) + i) * p + j];
  }
  return matrix;
}

}  // namespace psychograph::testing_rows
