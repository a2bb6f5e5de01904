// The distance that is reported, and compared where float is not enough.
#pragma once

#include <cstddef>

#include "core/feature_matrix.hpp"

namespace psychograph::kernel {

/// The sum of (x - c)^2 in double, features in order.
inline double squared_distance(const core::FeatureMatrix& matrix, std::size_t row, const double* centroid) {
  constexpr auto stride = core::tile_rows;
  const float* cell = matrix.tile(row / stride) + row % stride;
  double sum = 0;
  for (std::size_t j = 0; j < matrix.columns(); ++j) {
    const double difference = static_cast<double>(cell[j * stride]) - centroid[j];
    sum += difference * difference;
  }
  return sum;
}

}  // namespace psychograph::kernel
