#include "kernel/manhattan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace psychograph::kernel {
namespace {

using core::tile_rows;

/// Of the rows of a tile, from one centroid.
std::array<double, tile_rows> distances(const float* tile, const double* centroid, std::size_t p) {
  std::array<double, tile_rows> sums{};
  for (std::size_t j = 0; j < p; ++j, tile += tile_rows) {
    for (std::size_t row = 0; row < tile_rows; ++row)
      sums[row] += std::abs(static_cast<double>(tile[row]) - centroid[j]);
  }
  return sums;
}

}  // namespace

void manhattan_nearest_two(Tiles tiles, const core::Centroids& centroids, std::int32_t* labels,
                           std::int32_t* runner_up, double* own, double* other) {
  const auto rows = tiles.size() * tile_rows;
  std::fill_n(labels, rows, -1);
  std::fill_n(runner_up, rows, -1);
  std::fill_n(own, rows, std::numeric_limits<double>::infinity());
  std::fill_n(other, rows, std::numeric_limits<double>::infinity());
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    for (std::size_t c = 0; c < centroids.k(); ++c) {
      const auto found = distances(tiles[t], centroids.row(c), centroids.p());
      for (std::size_t row = 0; row < tile_rows; ++row) {
        const auto place = t * tile_rows + row;
        if (found[row] < own[place]) {
          runner_up[place] = labels[place];
          other[place] = own[place];
          labels[place] = static_cast<std::int32_t>(c);
          own[place] = found[row];
        } else if (found[row] < other[place]) {
          runner_up[place] = static_cast<std::int32_t>(c);
          other[place] = found[row];
        }
      }
    }
  }
}

}  // namespace psychograph::kernel
