#include "synthetic/blocks.hpp"

#include <algorithm>
#include <numeric>

#include "core/draw.hpp"

namespace psychograph::synthetic {
namespace {

std::int64_t tiles_of(std::int64_t rows) { return core::whole_draw_tiles(rows) / core::draw_tile; }

}  // namespace

Blocks::Blocks(const comm::Communicator& world, std::int64_t rows, std::int64_t most) : rows_(rows) {
  mine_ = comm::local_range(tiles_of(rows), world.rank(), world.size());
  const auto largest = comm::local_range(tiles_of(rows), 0, world.size()).size();
  tiles_ = std::min(largest, tiles_of(most));
  count_ = (largest + tiles_ - 1) / tiles_;
}

std::int64_t Blocks::full() const { return tiles_ * core::draw_tile; }

core::RowRange Blocks::operator[](std::int64_t block) const {
  const auto begin = std::min(mine_.begin + block * tiles_, mine_.end);
  const auto end = std::min(begin + tiles_, mine_.end);
  return {std::min(begin * core::draw_tile, rows_), std::min(end * core::draw_tile, rows_)};
}

BlockMemory::BlockMemory(std::int64_t rows, bool with_previous)
    : tiles(static_cast<std::size_t>(rows / core::draw_tile)),
      ids(static_cast<std::size_t>(rows)),
      segments(static_cast<std::size_t>(rows)),
      previous(with_previous ? static_cast<std::size_t>(rows) : 0),
      cells(static_cast<std::size_t>(rows) * sizeof(float)) {}

BlockCustomers draw_customers(const Population& population, core::RowRange rows, BlockMemory& memory) {
  const auto count = static_cast<std::size_t>(rows.size());
  const auto tiles = std::span(memory.tiles).first(static_cast<std::size_t>(tiles_of(rows.size())));
  const auto segments = std::span(memory.segments).first(count);
  const auto previous = std::span(memory.previous).first(memory.previous.empty() ? 0 : count);
  population.lay_out(rows.begin / core::draw_tile, tiles);
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    const auto ids = memory.ids.begin() + static_cast<std::ptrdiff_t>(t) * core::draw_tile;
    std::iota(ids, ids + core::draw_tile, tiles[t] * core::draw_tile);
  }
  population.draw_segments(tiles, segments, previous);
  return {rows, tiles, segments, previous};
}

}  // namespace psychograph::synthetic
