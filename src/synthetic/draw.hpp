// The numbers of a made-up table: the segments' shifts, and the cells of a column. Local and pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/alias_table.hpp"
#include "core/draw.hpp"
#include "synthetic/table.hpp"

namespace psychograph::synthetic {

/// The shifts of segments [first_segment, first_segment + count) on a column, in deviations of a segment.
/// `first_segment` is a multiple of core::draw_tile.
std::vector<float> draw_shifts(const Table& table, const Column& column, std::int64_t first_segment,
                               std::int64_t count);

/// One column's cells. Holds what all its cells need: a few numbers for each segment. Refers to both
/// arguments.
class ColumnCells {
 public:
  ColumnCells(const Table& table, const Column& column);

  /// The cells of the customers of `tiles`, whose true segments are `segments`; these may end within the last
  /// tile. `out` is as wide as cell_size says, and has room for whole tiles.
  void draw(std::span<const std::int64_t> tiles, std::span<const std::int32_t> segments, std::byte* out);

 private:
  /// Customers who are drawn at once: their numbers stay in the fastest cache.
  struct Strip {
    std::span<const std::int64_t> tiles;
    std::span<const std::int32_t> segments;
    std::byte* out;
  };
  void fill(const Plain& cell, const Strip& strip);
  void fill(const LogNormal& cell, const Strip& strip);
  void fill(const Rounded& cell, const Strip& strip);
  void fill(const Count& cell, const Strip& strip);
  void fill(const Category& cell, const Strip& strip);
  void fill(const Flag& cell, const Strip& strip);
  void fill(const Pulled& cell, const Strip& strip);
  void draw_latent(const Strip& strip, std::span<float> out);
  template <class Code>
  void draw_levels(const Strip& strip);
  void blank(const Strip& strip);
  [[nodiscard]] core::Sequence sequence(core::Purpose purpose, std::uint32_t stream) const;

  const Table& table_;
  const Column& column_;
  std::vector<float> shifts_;             ///< of each segment
  std::vector<core::AliasTable> levels_;  ///< of each segment, for counts and categories
  std::vector<float> latent_;
  std::vector<float> trait_;
  std::vector<std::uint32_t> words_;
};

}  // namespace psychograph::synthetic
