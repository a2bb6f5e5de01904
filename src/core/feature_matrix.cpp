#include "core/feature_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <sys/mman.h>

namespace psychograph::core {
namespace {

/// Of a matrix in scratch: enough to read ahead of the cores, little beside what a rank may hold.
constexpr std::size_t window_bytes = std::size_t{32} << 20;
constexpr std::size_t page = 4096;

}  // namespace

double largest_encoded(std::size_t columns) {
  return std::sqrt(std::numeric_limits<float>::max() /
                   (16.0 * static_cast<double>(std::max<std::size_t>(1, columns))));
}

FeatureMatrix::FeatureMatrix(std::size_t rows, std::size_t columns, const RowMemory& where)
    : rows_(rows), columns_(columns), data_((rows + tile_rows - 1) / tile_rows * tile_rows * columns, where) {
  const bool in_file = where.is_scratch() && data_.size() * sizeof(float) >= RowMemory::least_mapped;
  if (in_file) window_tiles_ = (window_bytes / (columns * tile_rows * sizeof(float)) / 64 + 1) * 64;
}

void FeatureMatrix::read_ahead(std::size_t t) const {
  auto* const memory = reinterpret_cast<std::byte*>(data_.data());
  const std::size_t tile_bytes = columns_ * tile_rows * sizeof(float);
  const std::size_t window = window_tiles_ * tile_bytes / page * page;
  const std::size_t ahead =
      std::min(t * tile_bytes / page * page + window, tiles() * tile_bytes / page * page);
  (void)::madvise(memory + ahead, std::min(window, tiles() * tile_bytes - ahead), MADV_WILLNEED);  // a hint
}

}  // namespace psychograph::core
