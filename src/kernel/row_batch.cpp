#include "kernel/row_batch.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace psychograph::kernel {

RowBatch::RowBatch(const core::FeatureMatrix& matrix)
    : matrix_(matrix), gathered_((capacity + 1) * matrix.columns() * tile_rows, 0.0F) {
  for (std::size_t t = 0; t <= capacity; ++t)
    free_.push_back(gathered_.data() + t * matrix.columns() * tile_rows);
}

void RowBatch::push(const float* tile, std::size_t filled, bool whole) {
  tiles_[count_] = tile;
  filled_[count_] = filled;
  whole_[count_] = whole;
  ++count_;
}

void RowBatch::add_tile(std::size_t tile) {
  std::iota(rows_[count_].begin(), rows_[count_].end(), tile * tile_rows);
  push(matrix_.tile(tile), tile_rows, true);
}

void RowBatch::add_row(std::size_t row) {
  const float* from = matrix_.tile(row / tile_rows) + row % tile_rows;
  float* to = free_[used_] + open_count_;
  for (std::size_t j = 0; j < matrix_.columns(); ++j) to[j * tile_rows] = from[j * tile_rows];
  open_[open_count_++] = row;
  if (open_count_ == tile_rows) close();
}

void RowBatch::close() {
  if (open_count_ == 0) return;
  rows_[count_] = open_;
  push(free_[used_++], open_count_, false);
  open_count_ = 0;
}

void RowBatch::clear() {
  std::swap(free_[0], free_[used_]);  // the one that is being filled goes on
  used_ = 0;
  count_ = 0;
}

}  // namespace psychograph::kernel
