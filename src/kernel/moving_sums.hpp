// The exact sums of the clusters' rows, kept up by difference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace psychograph::kernel {

/// A row that changes its cluster.
struct Move {
  const float* tile;  ///< [p, 16]
  double weight;
  std::int32_t row;   ///< of the tile
  std::int32_t from;  ///< -1: it was in none
  std::int32_t to;
};

/// The integers of exact sums (core::FixedPoint), one row for each cluster.
struct MovingSums {
  static constexpr std::size_t step = 8;  ///< rows are padded to a multiple of it

  std::size_t width;          ///< p
  const double* multipliers;  ///< [p], padded with 0
  std::int64_t* integers;     ///< [k, p padded]

  [[nodiscard]] static std::size_t padded(std::size_t width) { return (width + step - 1) / step * step; }
  [[nodiscard]] std::int64_t* row(std::int32_t cluster) const {
    return integers + static_cast<std::size_t>(cluster) * padded(width);
  }
};

/// Takes each row's weighted features from one sum (of no cluster yet: from none) and adds them to another.
/// Faster where rows of one tile follow one another. Local.
void move_rows(std::span<const Move> moves, const MovingSums& sums);

}  // namespace psychograph::kernel
