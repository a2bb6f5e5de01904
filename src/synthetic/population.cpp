#include "synthetic/population.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/draw.hpp"

namespace psychograph::synthetic {
namespace {

constexpr std::size_t drawn_at_once = 4096;
static_assert(drawn_at_once % core::draw_tile == 0);

core::AliasTable segment_shares(std::int64_t segments) {
  std::vector<double> weights(static_cast<std::size_t>(segments));
  for (std::size_t s = 0; s < weights.size(); ++s) weights[s] = 1.0 / (1.0 + 0.5 * static_cast<double>(s));
  return core::AliasTable(weights);
}

/// Segments that a customer can be in, in one quarter: 0, 1, ..., of which a dead one's place is taken by the
/// new one.
class Living {
 public:
  Living(const Request& request, std::int64_t quarter)
      : dead_(has_died(request, quarter) ? request.segments - 1 : -1),
        newest_(request.segments),
        count_(request.segments + (has_split(request, quarter) ? 1 : 0) - (dead_ < 0 ? 0 : 1)) {}

  [[nodiscard]] std::int32_t any(std::uint32_t word) const { return at(scaled(word, count_)); }
  /// A segment other than `segment`, if there is one.
  [[nodiscard]] std::int32_t other(std::int32_t segment, std::uint32_t word) const {
    if (count_ < 2) return segment;
    const auto here = dead_ >= 0 && segment == newest_ ? dead_ : segment;
    const auto place = scaled(word, count_ - 1);
    return at(place + (place >= here ? 1 : 0));
  }

 private:
  static std::int64_t scaled(std::uint32_t word, std::int64_t count) {
    return static_cast<std::int64_t>(std::uint64_t{word} * static_cast<std::uint64_t>(count) >> 32);
  }
  [[nodiscard]] std::int32_t at(std::int64_t place) const {
    return static_cast<std::int32_t>(place == dead_ ? newest_ : place);
  }

  std::int64_t dead_;
  std::int64_t newest_;
  std::int64_t count_;
};

std::int64_t id_of(std::span<const std::int64_t> tiles, std::size_t row) {
  constexpr auto tile = static_cast<std::size_t>(core::draw_tile);
  return tiles[row / tile] * core::draw_tile + static_cast<std::int64_t>(row % tile);
}

}  // namespace

std::int64_t first_id(const Request& request, std::int64_t quarter) {
  const auto tiles = request.customers / core::draw_tile;
  const auto churn = request.quarter.value_or(Quarter{}).churn;
  const auto leaving = std::min<std::int64_t>(std::llround(churn * static_cast<double>(tiles)), tiles);
  return (quarter - 1) * leaving * core::draw_tile;
}

Population::Population(const Request& request)
    : request_(request),
      quarter_(request.quarter.value_or(Quarter{})),
      whole_tiles_(request.customers / core::draw_tile),
      shares_(segment_shares(request.segments)) {
  if (quarter_.number == 1) return;
  order_.emplace(request.seed, core::Purpose::generate_order, static_cast<std::uint32_t>(quarter_.number),
                 whole_tiles_);
}

void Population::lay_out(std::int64_t first_tile, std::span<std::int64_t> tiles) const {
  const auto first = first_id(request_, quarter_.number) / core::draw_tile;
  for (auto& tile : tiles) {
    tile = first + (order_ && first_tile < whole_tiles_ ? (*order_)(first_tile) : first_tile);
    ++first_tile;
  }
}

void Population::draw_segments(std::span<const std::int64_t> tiles, std::span<std::int32_t> now,
                               std::span<std::int32_t> before) const {
  std::uint32_t words[drawn_at_once];
  for (std::size_t begin = 0; begin < now.size(); begin += drawn_at_once) {
    const auto count = std::min(drawn_at_once, now.size() - begin);
    const auto padded = static_cast<std::size_t>(core::whole_draw_tiles(static_cast<std::int64_t>(count)));
    const Strip strip{tiles.subspan(begin / core::draw_tile, padded / core::draw_tile),
                      now.subspan(begin, count), std::span(words).first(padded)};
    const auto strip_before = before.empty() ? before : before.subspan(begin, count);
    draw_first(strip);
    if (quarter_.number == 1) std::fill(strip_before.begin(), strip_before.end(), -1);
    for (std::int64_t quarter = 2; quarter <= quarter_.number; ++quarter) {
      if (quarter == quarter_.number) remember(strip, strip_before);
      if (splits(request_, quarter)) split(strip);
      if (dies(request_, quarter)) die(strip);
      if (quarter_.movers > 0) move(strip, quarter);
    }
  }
}

void Population::draw_first(const Strip& strip) const {
  core::draw_words({request_.seed, core::Purpose::generate_segment, 0}, strip.tiles, strip.words);
  for (std::size_t i = 0; i < strip.segments.size(); ++i) {
    const auto id = id_of(strip.tiles, i);
    strip.segments[i] = id < request_.segments ? static_cast<std::int32_t>(id) : shares_(strip.words[i]);
  }
}

std::int64_t Population::end_before(std::int64_t quarter) const {
  return first_id(request_, quarter - 1) + request_.customers;
}

void Population::remember(const Strip& strip, std::span<std::int32_t> before) const {
  const auto end = end_before(quarter_.number);
  for (std::size_t i = 0; i < before.size(); ++i) {
    before[i] = id_of(strip.tiles, i) < end ? strip.segments[i] : -1;
  }
}

void Population::split(const Strip& strip) const {
  core::draw_words({request_.seed, core::Purpose::generate_split, 0}, strip.tiles, strip.words);
  const auto newest = static_cast<std::int32_t>(request_.segments);
  for (std::size_t i = 0; i < strip.segments.size(); ++i) {
    auto& segment = strip.segments[i];
    segment = segment == split_segment && (strip.words[i] >> 31) != 0 ? newest : segment;
  }
}

std::uint32_t Population::destination(std::int64_t quarter, std::int64_t id) const {
  return static_cast<std::uint32_t>(core::random_bits(request_.seed, core::Purpose::generate_destination,
                                                      static_cast<std::uint32_t>(quarter),
                                                      static_cast<std::uint64_t>(id))
                                        .first);
}

/// The customers of the dead segment are spread evenly over the living ones. None is left without a segment,
/// so those who join later would be in it are spread too. Their movement's number is another quarter's: 0.
void Population::die(const Strip& strip) const {
  const Living living(request_, death_quarter);
  const auto dead = static_cast<std::int32_t>(request_.segments - 1);
  for (std::size_t i = 0; i < strip.segments.size(); ++i) {
    if (strip.segments[i] != dead) continue;
    strip.segments[i] = living.any(destination(0, id_of(strip.tiles, i)));
  }
}

void Population::move(const Strip& strip, std::int64_t quarter) const {
  core::draw_words({request_.seed, core::Purpose::generate_mover, static_cast<std::uint32_t>(quarter)},
                   strip.tiles, strip.words);
  const Living living(request_, quarter);
  const auto bound = static_cast<std::uint64_t>(quarter_.movers * 0x1p32);
  const auto end = end_before(quarter);
  for (std::size_t i = 0; i < strip.segments.size(); ++i) {
    if (strip.words[i] >= bound) continue;
    const auto id = id_of(strip.tiles, i);
    if (id < end) strip.segments[i] = living.other(strip.segments[i], destination(quarter, id));
  }
}

}  // namespace psychograph::synthetic
