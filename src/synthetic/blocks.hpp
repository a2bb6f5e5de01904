// The rows of a made-up table, block by block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_range.hpp"
#include "synthetic/population.hpp"

namespace psychograph::synthetic {

/// A block of a column is some 1 MiB: written while it is in cache, and yet in few calls.
inline constexpr std::int64_t block_rows = std::int64_t{1} << 18;

/// This rank's part of `rows`, in whole tiles, cut into equally many blocks on every rank (the last ones may
/// be empty).
class Blocks {
 public:
  /// Of no more than `most` rows each, up to a tile.
  Blocks(const comm::Communicator& world, std::int64_t rows, std::int64_t most);

  [[nodiscard]] std::int64_t count() const { return count_; }
  /// Rows of a full block, a whole number of tiles.
  [[nodiscard]] std::int64_t full() const;
  [[nodiscard]] core::RowRange operator[](std::int64_t block) const;

 private:
  std::int64_t rows_;
  core::RowRange mine_;
  std::int64_t tiles_ = 1;
  std::int64_t count_ = 0;
};

/// A rank's memory for one block of rows.
struct BlockMemory {
  BlockMemory(std::int64_t rows, bool with_previous);

  std::vector<std::int64_t> tiles;
  std::vector<std::int64_t> ids;
  std::vector<std::int32_t> segments;
  std::vector<std::int32_t> previous;
  std::vector<std::byte> cells;  ///< of the widest column
};

/// The customers of one block of rows.
struct BlockCustomers {
  core::RowRange rows;
  std::span<const std::int64_t> tiles;
  std::span<const std::int32_t> segments;
  std::span<const std::int32_t> previous;
};

/// Who they are, in `memory`. Local.
BlockCustomers draw_customers(const Population& population, core::RowRange rows, BlockMemory& memory);

}  // namespace psychograph::synthetic
