// The loops of draw.cpp, for one instruction set; draw.cpp includes this once a set.
#if defined(PSYCHOGRAPH_DRAW_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PSYCHOGRAPH_DRAW_INL
#undef PSYCHOGRAPH_DRAW_INL
#else
#define PSYCHOGRAPH_DRAW_INL
#endif

#include <bit>
#include <cmath>

#include <hwy/highway.h>

#include "core/draw.hpp"
#include "core/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::core {
namespace HWY_NAMESPACE {

constexpr std::size_t calls = draw_tile / 4;

static_assert(calls == most_lanes);

/// `lanes` calls of Philox4x32-10, the first at counter `index`, a multiple of 16: no lane carries.
HWY_INLINE void philox(const Sequence& sequence, std::uint64_t index, Words (&word)[4]) {
  word[0] = count_from(static_cast<std::uint32_t>(index));
  word[1] = all(static_cast<std::uint32_t>(index >> 32));
  word[2] = all(static_cast<std::uint32_t>(sequence.purpose));
  word[3] = all(sequence.stream);
  auto key_0 = static_cast<std::uint32_t>(sequence.seed);
  auto key_1 = static_cast<std::uint32_t>(sequence.seed >> 32);
  const auto multiplier_0 = all(std::uint32_t{0xD2511F53});
  const auto multiplier_1 = all(std::uint32_t{0xCD9E8D57});
  for (int round = 0; round < 10; ++round) {
    Words high_0;
    Words low_0;
    Words high_1;
    Words low_1;
    multiply(word[0], multiplier_0, high_0, low_0);
    multiply(word[2], multiplier_1, high_1, low_1);
    word[0] = exclusive_or(exclusive_or(high_1, word[1]), all(key_0));
    word[1] = low_1;
    word[2] = exclusive_or(exclusive_or(high_0, word[3]), all(key_1));
    word[3] = low_0;
    key_0 += 0x9E3779B9;
    key_1 += 0xBB67AE85;
  }
}

/// A number in (0, 1]: (word + 1/2) / 2^32, rounded once. Near 0, where the tails come from, it keeps all
/// bits.
HWY_INLINE Floats to_unit(Words word) {
  const auto low = fused(to_floats(both(word, all(std::uint32_t{255}))), all(0x1p-32F), all(0x1p-33F));
  return fused(to_floats(right<8>(word)), all(0x1p-24F), low);
}

/// log(x), by the polynomial of Moshier's Cephes library (logf). Precondition: x is normal and positive.
HWY_INLINE Floats logarithm(Floats x) {
  constexpr std::uint32_t half_root = 0x3f3504f3;  // the bits of sqrt(1/2), where mantissas begin here
  const auto bits = plus(as_words(x), all(std::uint32_t{0x3f800000} - half_root));
  const auto exponent = to_floats(plus(right<23>(bits), all(~std::uint32_t{126})));  // less 127
  const auto mantissa = as_floats(plus(both(bits, all(std::uint32_t{0x007fffff})), all(half_root)));
  const auto f = difference(mantissa, all(1.0F));
  const auto square = product(f, f);
  auto p = all(7.0376836292e-2F);
  for (const float coefficient : {-1.1514610310e-1F, 1.1676998740e-1F, -1.2420140846e-1F, 1.4249322787e-1F,
                                  -1.6668057665e-1F, 2.0000714765e-1F, -2.4999993993e-1F, 3.3333331174e-1F}) {
    p = fused(p, f, all(coefficient));
  }
  auto tail = product(product(p, f), square);
  tail = fused(exponent, all(-2.12194440e-4F), tail);
  tail = fused(square, all(-0.5F), tail);
  return fused(exponent, all(0.693359375F), sum(f, tail));
}

/// Cosine and sine (Cephes' cosf and sinf) of an angle anywhere on the circle: the word's two upper bits
/// choose an axis, the others, as a signed number, lie an eighth of a turn to either side of it.
HWY_INLINE void turn(Words word, Floats& cosine, Floats& sine) {
  const auto x = product(to_floats(left<2>(word)), all(0x1.921fb6p-1F * 0x1p-31F));
  const auto z = product(x, x);
  auto s = fused(all(-1.9515295891e-4F), z, all(8.3321608736e-3F));
  s = fused(s, z, all(-1.6666654611e-1F));
  s = fused(product(s, z), x, x);
  auto c = fused(all(2.443315711809948e-5F), z, all(-1.388731625493765e-3F));
  c = fused(c, z, all(4.166664568298827e-2F));
  c = fused(product(z, z), c, fused(z, all(-0.5F), all(1.0F)));
  const auto odd = left<1>(word);
  const auto sign = all(std::uint32_t{0x80000000});
  const auto turned_cosine = as_words(where_top_bit(odd, s, c));
  const auto turned_sine = as_words(where_top_bit(odd, c, s));
  cosine = as_floats(exclusive_or(turned_cosine, both(exclusive_or(word, odd), sign)));
  sine = as_floats(exclusive_or(turned_sine, both(word, sign)));
}

HWY_INLINE void two_normals(Words radius_word, Words angle_word, Floats& first, Floats& second) {
  const auto radius = root(product(logarithm(to_unit(radius_word)), all(-2.0F)));
  turn(angle_word, first, second);
  first = product(first, radius);
  second = product(second, radius);
}

void words_of_tiles(const Sequence& sequence, const std::int64_t* tiles, std::size_t count,
                    std::uint32_t* out) {
  for (std::size_t t = 0; t < count; ++t, out += draw_tile) {
    const auto first_call = static_cast<std::uint64_t>(tiles[t]) * calls;
    for (std::size_t j = 0; j < calls; j += lanes) {
      Words word[4];
      philox(sequence, first_call + j, word);
      for (std::size_t w = 0; w < 4; ++w) store(word[w], out + w * calls + j);
    }
  }
}

void normals_of_tiles(const Sequence& sequence, const std::int64_t* tiles, std::size_t count, float* out) {
  for (std::size_t t = 0; t < count; ++t, out += draw_tile) {
    const auto first_call = static_cast<std::uint64_t>(tiles[t]) * calls;
    for (std::size_t j = 0; j < calls; j += lanes) {
      Words word[4];
      philox(sequence, first_call + j, word);
      for (std::size_t w = 0; w < 4; w += 2) {
        Floats first;
        Floats second;
        two_normals(word[w], word[w + 1], first, second);
        store(first, out + w * calls + j);
        store(second, out + (w + 1) * calls + j);
      }
    }
  }
}

/// e^x = 2^n e^r with |r| <= log(2)/2 (Cephes' expf). Adding 1.5 * 2^23 rounds to an integer, which then
/// stands in the lower bits.
void exponentials(float* values, std::size_t count) {
  const auto rounder = all(0x1.8p23F);
  for (std::size_t i = 0; i < count; i += lanes) {
    const auto x = load(values + i);
    const auto rounded = fused(x, all(1.44269504088896341F), rounder);
    const auto n = difference(rounded, rounder);
    const auto r = fused(n, all(2.12194440e-4F), fused(n, all(-0.693359375F), x));
    auto p = all(1.9875691500e-4F);
    for (const float coefficient :
         {1.3981999507e-3F, 8.3334519073e-3F, 4.1665795894e-2F, 1.6666665459e-1F, 5.0000001201e-1F}) {
      p = fused(p, r, all(coefficient));
    }
    p = fused(p, product(r, r), sum(r, all(1.0F)));
    store(as_floats(plus(as_words(p), left<23>(as_words(rounded)))), values + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::core
HWY_AFTER_NAMESPACE();

#endif
