#include "core/draw.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/draw.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "core/draw-inl.hpp"

#if HWY_ONCE

namespace psychograph::core {

HWY_EXPORT(words_of_tiles);
HWY_EXPORT(normals_of_tiles);
HWY_EXPORT(exponentials);

namespace {

/// Calls draw(numbers of tiles that follow one another, their part of `out`) until `out` is full.
template <class Value, class Draw>
void by_tiles(std::int64_t first, std::span<Value> out, const Draw& draw) {
  std::int64_t numbers[64];
  while (!out.empty()) {
    const auto tiles = std::span(numbers).first(std::min(std::size(numbers), out.size() / draw_tile));
    std::iota(tiles.begin(), tiles.end(), first / draw_tile);
    const auto count = tiles.size() * draw_tile;
    draw(std::span<const std::int64_t>(tiles), out.first(count));
    first += static_cast<std::int64_t>(count);
    out = out.subspan(count);
  }
}

}  // namespace

void draw_words(const Sequence& sequence, std::span<const std::int64_t> tiles, std::span<std::uint32_t> out) {
  HWY_DYNAMIC_DISPATCH(words_of_tiles)(sequence, tiles.data(), tiles.size(), out.data());
}

void draw_normals(const Sequence& sequence, std::span<const std::int64_t> tiles, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(normals_of_tiles)(sequence, tiles.data(), tiles.size(), out.data());
}

void draw_words(const Sequence& sequence, std::int64_t first, std::span<std::uint32_t> out) {
  by_tiles(first, out, [&](auto tiles, auto part) { draw_words(sequence, tiles, part); });
}

void draw_normals(const Sequence& sequence, std::int64_t first, std::span<float> out) {
  by_tiles(first, out, [&](auto tiles, auto part) { draw_normals(sequence, tiles, part); });
}

void exponentiate(std::span<float> values) {
  HWY_DYNAMIC_DISPATCH(exponentials)(values.data(), values.size());
}

}  // namespace psychograph::core

#endif
