// The tiles of a matrix, as the kernel takes them.
#pragma once

#include <vector>

#include "core/feature_matrix.hpp"

namespace psychograph::kernel {

inline std::vector<const float*> tiles_of(const core::FeatureMatrix& matrix) {
  std::vector<const float*> tiles;
  for (std::size_t t = 0; t < matrix.tiles(); ++t) tiles.push_back(matrix.tile(t));
  return tiles;
}

}  // namespace psychograph::kernel
