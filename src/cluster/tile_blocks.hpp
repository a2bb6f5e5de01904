// The tiles of a matrix, some at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "cluster/kernel.hpp"
#include "core/feature_matrix.hpp"

namespace psychograph::cluster {

/// Calls use(first tile, Tiles) for blocks of tiles in order; few enough that what the kernel says of a block
/// is in cache still when it is used.
template <class Use>
void for_each_block(const core::FeatureMatrix& matrix, Use use) {
  constexpr std::size_t block = 32;
  constexpr std::size_t following = 16;  // as many as the kernel holds in cache
  std::array<const float*, block + following> tiles{};
  for (std::size_t first = 0; first < matrix.tiles(); first += block) {
    const auto count = std::min(block, matrix.tiles() - first);
    matrix.walk(first);
    const auto known = std::min(block + following, matrix.tiles() - first);
    for (std::size_t t = 0; t < known; ++t) tiles[t] = matrix.tile(first + t);
    use(first, Tiles(tiles.data(), count, known - count));
  }
}

}  // namespace psychograph::cluster
