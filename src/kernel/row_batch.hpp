// Rows on their way to the kernel: whole tiles as they lie, single rows gathered into tiles of their own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/feature_matrix.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::kernel {

/// Up to `capacity` full tiles and one that is being filled. The kernel is as fast for a gathered tile as for
/// any other; so work is saved by the row, and done by the tile.
class RowBatch {
 public:
  static constexpr std::size_t capacity = 16;
  static constexpr std::size_t tile_rows = core::tile_rows;

  explicit RowBatch(const core::FeatureMatrix& matrix);

  [[nodiscard]] bool full() const { return count_ == capacity; }
  [[nodiscard]] Tiles tiles() const { return {tiles_.data(), count_}; }
  /// Whether tile t is a whole one of the matrix; else its rows were gathered.
  [[nodiscard]] bool whole(std::size_t t) const { return whole_[t]; }
  /// The local row of row i of tile t.
  [[nodiscard]] std::size_t row(std::size_t t, std::size_t i) const { return rows_[t][i]; }
  /// Rows of tile t that mean something: fewer than 16 in the last gathered tile alone.
  [[nodiscard]] std::size_t rows_in(std::size_t t) const { return filled_[t]; }

  /// Precondition of both: not full().
  void add_tile(std::size_t tile);
  void add_row(std::size_t row);
  /// Counts the tile that is being filled in, whatever it holds.
  void close();
  void clear();

 private:
  void push(const float* tile, std::size_t filled, bool whole);

  const core::FeatureMatrix& matrix_;
  std::vector<float> gathered_;                ///< [capacity + 1, p, 16]
  std::vector<float*> free_;                   ///< tiles of `gathered_`; the last one is being filled
  std::array<std::size_t, tile_rows> open_{};  ///< its rows
  std::size_t open_count_ = 0;
  std::size_t count_ = 0;
  std::size_t used_ = 0;  ///< of free_
  std::array<const float*, capacity> tiles_{};
  std::array<std::array<std::size_t, tile_rows>, capacity> rows_{};
  std::array<std::size_t, capacity> filled_{};
  std::array<bool, capacity> whole_{};
};

}  // namespace psychograph::kernel
