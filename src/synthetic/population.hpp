// Who is in a made-up table: which customers, in which order, and in which segment. From quarter to quarter
// some leave, join and change segment. Every quarter is a function of the request alone. Local and pure.
//
// Customers come in tiles of core::draw_tile ids; a row's numbers are drawn by id, wherever it lies.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/alias_table.hpp"
#include "core/permutation.hpp"
#include "synthetic/table.hpp"

namespace psychograph::synthetic {

/// The least id of a quarter, a multiple of core::draw_tile; the others follow without a gap.
std::int64_t first_id(const Request& request, std::int64_t quarter);

class Population {
 public:
  explicit Population(const Request& request);

  /// Which tiles of ids lie at the rows' tiles from `first_tile` on: ids as they rise in quarter 1, another
  /// order in each later one. A tile that is cut short is always the last.
  void lay_out(std::int64_t first_tile, std::span<std::int64_t> tiles) const;

  /// The true segments of the customers of `tiles`, and where `before` is not empty those a quarter before,
  /// -1 for who joined. now.size() may end within the last tile.
  ///
  /// A customer begins in segment `id` while that is below the number of segments, so that none is empty in
  /// quarter 1, and else in segment s with a share proportional to 1 / (1 + s/2).
  void draw_segments(std::span<const std::int64_t> tiles, std::span<std::int32_t> now,
                     std::span<std::int32_t> before) const;

 private:
  /// Customers that are drawn at once: their numbers stay in the fastest cache.
  struct Strip {
    std::span<const std::int64_t> tiles;
    std::span<std::int32_t> segments;
    std::span<std::uint32_t> words;  ///< room for one a customer, in whole tiles
  };
  void draw_first(const Strip& strip) const;
  void remember(const Strip& strip, std::span<std::int32_t> before) const;
  void split(const Strip& strip) const;
  void die(const Strip& strip) const;
  void move(const Strip& strip, std::int64_t quarter) const;

  /// Ids from here on had not joined a quarter before.
  [[nodiscard]] std::int64_t end_before(std::int64_t quarter) const;
  [[nodiscard]] std::uint32_t destination(std::int64_t quarter, std::int64_t id) const;

  Request request_;
  Quarter quarter_;
  std::int64_t whole_tiles_;
  core::AliasTable shares_;
  std::optional<core::Permutation> order_;
};

}  // namespace psychograph::synthetic
