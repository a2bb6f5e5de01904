// The encoded customers of one rank: float, centred, in tiles of 16 rows.
#pragma once

#include <cstddef>

#include "core/row_memory.hpp"

namespace psychograph::core {

/// The largest magnitude that a cell of a matrix of `columns` may have: squared distances then fit into
/// float.
double largest_encoded(std::size_t columns);

/// The rows of a tile: a cache line of floats.
inline constexpr std::size_t tile_rows = 16;

/// Local n x p floats. Rows lie in tiles of 16, and a tile lies feature by feature: the 16 values of one
/// feature are one cache line. A column is thus written, and 16 rows are compared with a centroid,
/// without a single gather. Rows beyond n in the last tile are zero.
class FeatureMatrix {
 public:
  /// All zero. Throws what `RowMemory::allocate` throws.
  FeatureMatrix(std::size_t rows, std::size_t columns, const RowMemory& where = {});

  /// Where it lies, and what else there is of its rows should.
  [[nodiscard]] const RowMemory& where() const { return data_.where(); }

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::size_t tiles() const { return (rows_ + tile_rows - 1) / tile_rows; }

  /// The tile [columns, 16] that holds rows 16 * t to 16 * t + 15.
  [[nodiscard]] const float* tile(std::size_t t) const { return data_.data() + t * tile_rows * columns_; }
  [[nodiscard]] float* tile(std::size_t t) { return data_.data() + t * tile_rows * columns_; }
  [[nodiscard]] float& at(std::size_t row, std::size_t column) {
    return data_.data()[(row / tile_rows * columns_ + column) * tile_rows + row % tile_rows];
  }
  [[nodiscard]] float at(std::size_t row, std::size_t column) const {
    return data_.data()[(row / tile_rows * columns_ + column) * tile_rows + row % tile_rows];
  }

  /// A walk over all tiles in order, in strides of 1, 32 or 64, has come to tile t. In scratch what lies
  /// ahead is read early.
  void walk(std::size_t t) const {
    if (window_tiles_ != 0 && t % window_tiles_ == 0) read_ahead(t);
  }

 private:
  void read_ahead(std::size_t t) const;

  std::size_t rows_;
  std::size_t columns_;
  RowArray<float> data_;
  std::size_t window_tiles_ = 0;  ///< 0: nothing to read
};

}  // namespace psychograph::core
