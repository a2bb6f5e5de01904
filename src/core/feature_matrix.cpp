#include "core/feature_matrix.hpp"

#include <algorithm>

#include <sys/mman.h>

#include "core/row_memory.hpp"

namespace psychograph::core {
namespace {

/// Of a matrix in scratch: enough to read ahead of the cores, little beside what a rank may hold.
constexpr std::size_t window_bytes = std::size_t{32} << 20;
constexpr std::size_t page = 4096;

std::size_t bytes_for(std::size_t rows, std::size_t columns) {
  constexpr auto tile = FeatureMatrix::tile_rows;
  return (rows + tile - 1) / tile * tile * columns * sizeof(float);
}

}  // namespace

void FeatureMatrix::Unmap::operator()(float* memory) const {
  unmap_rows(reinterpret_cast<std::byte*>(memory), bytes);
}

FeatureMatrix::FeatureMatrix(std::size_t rows, std::size_t columns)
    : rows_(rows),
      columns_(columns),
      data_(reinterpret_cast<float*>(map_rows(bytes_for(rows, columns))), Unmap{bytes_for(rows, columns)}) {
  if (rows_are_in_scratch() && columns > 0)
    window_tiles_ = (window_bytes / (columns * tile_rows * sizeof(float)) / 64 + 1) * 64;
}

void FeatureMatrix::read_ahead(std::size_t t) const {
  auto* const memory = reinterpret_cast<std::byte*>(data_.get());
  const std::size_t tile_bytes = columns_ * tile_rows * sizeof(float);
  const std::size_t window = window_tiles_ * tile_bytes / page * page;
  const std::size_t ahead =
      std::min(t * tile_bytes / page * page + window, tiles() * tile_bytes / page * page);
  (void)::madvise(memory + ahead, std::min(window, tiles() * tile_bytes - ahead), MADV_WILLNEED);  // a hint
}

}  // namespace psychograph::core
