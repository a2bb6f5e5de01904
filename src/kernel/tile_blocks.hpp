// The tiles of a matrix, some at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/feature_matrix.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::kernel {

inline constexpr std::size_t tiles_in_block = 32;

/// Calls use(first tile, Tiles) for blocks of tiles in order. At most tiles_in_block: so few that what the
/// kernel says of a block is in cache still when it is used.
template <class Use>
void for_each_block(const core::FeatureMatrix& matrix, Use use) {
  constexpr std::size_t following = 16;  // as many as the kernel holds in cache
  std::array<const float*, tiles_in_block + following> tiles{};
  for (std::size_t first = 0; first < matrix.tiles(); first += tiles_in_block) {
    const auto count = std::min(tiles_in_block, matrix.tiles() - first);
    matrix.walk(first);
    const auto known = std::min(tiles_in_block + following, matrix.tiles() - first);
    for (std::size_t t = 0; t < known; ++t) tiles[t] = matrix.tile(first + t);
    use(first, Tiles(tiles.data(), count, known - count));
  }
}

}  // namespace psychograph::kernel
