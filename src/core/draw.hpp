// Random numbers by the million: the same Philox as random.hpp, in vector lanes, and what follows from its
// words. Written once in Highway and compiled for every instruction set; all sets give the same bits, since a
// lane does integer arithmetic and explicit, correctly rounded float operations in a fixed order.
#pragma once

#include <cstdint>
#include <span>

#include "core/random.hpp"

namespace psychograph::core {

/// One endless row of numbers: element i is a function of these three and of i.
struct Sequence {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::generate_value;
  std::uint32_t stream = 0;
};

/// Elements are drawn in tiles: 16 calls of Philox give 64 words. Element 64 t + 16 w + j is word w of
/// `random_bits(seed, purpose, stream, 16 t + j)`.
constexpr std::int64_t draw_tile = 64;

/// The least multiple of `draw_tile` that is not below `count`.
constexpr std::int64_t whole_draw_tiles(std::int64_t count) {
  return (count + draw_tile - 1) / draw_tile * draw_tile;
}

/// Elements [first, first + out.size()), uniform over all 32-bit words.
/// Precondition: `first` and out.size() are multiples of `draw_tile`. Local.
void draw_words(const Sequence& sequence, std::int64_t first, std::span<std::uint32_t> out);

/// The same elements as standard normal numbers: words w and w + 1 of a call make two (Box and Muller, "A
/// note on the generation of random normal deviates", 1958). None is beyond 6.77. Precondition as above.
/// Local.
void draw_normals(const Sequence& sequence, std::int64_t first, std::span<float> out);

/// The elements of tile tiles[0], then those of tiles[1], and so on; tile t has the elements [64 t, 64 t +
/// 64). Precondition: out.size() is 64 times tiles.size(). Local.
void draw_words(const Sequence& sequence, std::span<const std::int64_t> tiles, std::span<std::uint32_t> out);
void draw_normals(const Sequence& sequence, std::span<const std::int64_t> tiles, std::span<float> out);

/// Replaces each x by e^x, to two units in the last place. Precondition: |x| <= 80, and the number of values
/// is a multiple of `draw_tile`. Local.
void exponentiate(std::span<float> values);

}  // namespace psychograph::core
