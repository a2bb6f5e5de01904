// One vocabulary for loops in vector lanes, for one instruction set: included, by way of
// <hwy/foreach_target.h>, once a set. Every operation gives the same bits in all of them: each is one that is
// rounded once, and the plain set's std::fma is what the others' instruction is.
#if defined(PSYCHOGRAPH_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PSYCHOGRAPH_LANES_INL
#undef PSYCHOGRAPH_LANES_INL
#else
#define PSYCHOGRAPH_LANES_INL
#endif

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace psychograph::core {
namespace HWY_NAMESPACE {

/// As many rows, or calls, as a tile has: no set has more lanes of 32 bits.
constexpr std::size_t most_lanes = 16;

namespace hn = hwy::HWY_NAMESPACE;

/// Doubles, and the words that their bits are, as many as there are lanes for.
using DoubleTag = hn::ScalableTag<double>;
using LongTag = hn::RebindToUnsigned<DoubleTag>;

/// All lanes' words added up, modulo 2^64.
HWY_INLINE std::uint64_t total(hn::Vec<LongTag> words) {
  alignas(64) std::uint64_t of_lane[HWY_MAX_BYTES / sizeof(std::uint64_t)];
  hn::Store(words, LongTag(), of_lane);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < hn::Lanes(LongTag()); ++i) sum += of_lane[i];
  return sum;
}

#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR

using Floats = float;
using Doubles = double;
using Longs = std::uint64_t;
constexpr std::size_t double_lanes = 1;
using Words = std::uint32_t;
using Integers = std::int32_t;
using Mask = bool;
constexpr std::size_t lanes = 1;

inline Floats all(float value) { return value; }
inline Words all(std::uint32_t value) { return value; }
inline Integers all(std::int32_t value) { return value; }
inline Words count_from(std::uint32_t first) { return first; }
inline Floats load(const float* from) { return *from; }
inline Integers load(const std::int32_t* from) { return *from; }
inline void store(Floats v, float* to) { *to = v; }
inline void store(Words v, std::uint32_t* to) { *to = v; }
inline void store(Integers v, std::int32_t* to) { *to = v; }

template <class V>
V sum(V a, V b) {
  return a + b;
}
template <class V>
V difference(V a, V b) {
  return a - b;
}
template <class V>
V product(V a, V b) {
  return a * b;
}
template <class V>
V quotient(V a, V b) {
  return a / b;
}
template <class V>
V fused(V a, V b, V c) {
  return std::fma(a, b, c);
}
inline Floats minus_product(Floats a, Floats b, Floats sum) { return std::fma(-a, b, sum); }
inline Floats root(Floats a) { return std::sqrt(a); }
inline Floats lower(Floats a, Floats b) { return a < b ? a : b; }
inline Floats higher(Floats a, Floats b) { return a > b ? a : b; }
template <class V>
bool is_lower(V a, V b) {
  return a < b;
}
template <class V>
V choose(bool mask, V yes, V no) {
  return mask ? yes : no;
}
inline Floats where_top_bit(Words a, Floats yes, Floats no) { return (a >> 31) != 0 ? yes : no; }

inline Words exclusive_or(Words a, Words b) { return a ^ b; }
template <class V>
V both(V a, V b) {
  return a & b;
}
template <class V>
V plus(V a, V b) {
  return a + b;
}
template <int n, class V>
V left(V a) {
  return a << n;
}
template <int n, class V>
V right(V a) {
  return a >> n;
}
inline void multiply(Words a, Words b, Words& high, Words& low) {
  const std::uint64_t product = std::uint64_t{a} * b;
  high = static_cast<Words>(product >> 32);
  low = static_cast<Words>(product);
}
inline Words as_words(Floats a) { return std::bit_cast<Words>(a); }
inline Floats as_floats(Words a) { return std::bit_cast<Floats>(a); }
inline Floats to_floats(Words a) { return static_cast<float>(static_cast<std::int32_t>(a)); }

inline Doubles all(double value) { return value; }
inline Longs all(std::uint64_t value) { return value; }
inline Doubles load(const double* from) { return *from; }
inline Doubles to_doubles(const float* from) { return *from; }
inline Longs load(const std::uint64_t* from) { return *from; }
inline void store(Longs v, std::uint64_t* to) { *to = v; }
inline void store(Doubles v, double* to) { *to = v; }
inline Longs minus(Longs a, Longs b) { return a - b; }
inline Longs either(Longs a, Longs b) { return a | b; }
inline Longs as_longs(Doubles a) { return std::bit_cast<Longs>(a); }
inline Doubles as_doubles(Longs a) { return std::bit_cast<Doubles>(a); }

#else

using FloatTag = hn::CappedTag<float, most_lanes>;
using WordTag = hn::RebindToUnsigned<FloatTag>;
using IntTag = hn::RebindToSigned<FloatTag>;
using Floats = hn::Vec<FloatTag>;
using Doubles = hn::Vec<DoubleTag>;
using Longs = hn::Vec<LongTag>;
constexpr std::size_t double_lanes = hn::MaxLanes(DoubleTag());
using Words = hn::Vec<WordTag>;
using Integers = hn::Vec<IntTag>;
using Mask = hn::Mask<FloatTag>;
constexpr std::size_t lanes = hn::MaxLanes(FloatTag());

HWY_INLINE Floats all(float value) { return hn::Set(FloatTag(), value); }
HWY_INLINE Words all(std::uint32_t value) { return hn::Set(WordTag(), value); }
HWY_INLINE Integers all(std::int32_t value) { return hn::Set(IntTag(), value); }
HWY_INLINE Words count_from(std::uint32_t first) { return hn::Iota(WordTag(), first); }
HWY_INLINE Floats load(const float* from) { return hn::LoadU(FloatTag(), from); }
HWY_INLINE Integers load(const std::int32_t* from) { return hn::LoadU(IntTag(), from); }
HWY_INLINE void store(Floats v, float* to) { hn::StoreU(v, FloatTag(), to); }
HWY_INLINE void store(Words v, std::uint32_t* to) { hn::StoreU(v, WordTag(), to); }
HWY_INLINE void store(Integers v, std::int32_t* to) { hn::StoreU(v, IntTag(), to); }

template <class V>
HWY_INLINE V sum(V a, V b) {
  return hn::Add(a, b);
}
template <class V>
HWY_INLINE V difference(V a, V b) {
  return hn::Sub(a, b);
}
template <class V>
HWY_INLINE V product(V a, V b) {
  return hn::Mul(a, b);
}
template <class V>
HWY_INLINE V quotient(V a, V b) {
  return hn::Div(a, b);
}
template <class V>
HWY_INLINE V fused(V a, V b, V c) {
  return hn::MulAdd(a, b, c);
}
HWY_INLINE Floats minus_product(Floats a, Floats b, Floats sum) { return hn::NegMulAdd(a, b, sum); }
HWY_INLINE Floats root(Floats a) { return hn::Sqrt(a); }
HWY_INLINE Floats lower(Floats a, Floats b) { return hn::Min(a, b); }
HWY_INLINE Floats higher(Floats a, Floats b) { return hn::Max(a, b); }
template <class V>
HWY_INLINE auto is_lower(V a, V b) {
  return hn::Lt(a, b);
}
template <class M, class V>
HWY_INLINE V choose(M mask, V yes, V no) {
  return hn::IfThenElse(mask, yes, no);
}
HWY_INLINE Integers choose(Mask mask, Integers yes, Integers no) {
  return hn::IfThenElse(hn::RebindMask(IntTag(), mask), yes, no);
}
HWY_INLINE Floats where_top_bit(Words a, Floats yes, Floats no) {
  return hn::IfNegativeThenElse(hn::BitCast(FloatTag(), a), yes, no);
}

HWY_INLINE Words exclusive_or(Words a, Words b) { return hn::Xor(a, b); }
template <class V>
HWY_INLINE V both(V a, V b) {
  return hn::And(a, b);
}
template <class V>
HWY_INLINE V plus(V a, V b) {
  return hn::Add(a, b);
}
template <int n, class V>
HWY_INLINE V left(V a) {
  return hn::ShiftLeft<n>(a);
}
template <int n, class V>
HWY_INLINE V right(V a) {
  return hn::ShiftRight<n>(a);
}
/// All 64 bits of each lane's product: the even lanes', the odd lanes', and both put together.
HWY_INLINE void multiply(Words a, Words b, Words& high, Words& low) {
  using WideTag = hn::RepartitionToWide<WordTag>;
  const WordTag words;
  const auto odd_a = hn::BitCast(words, hn::ShiftRight<32>(hn::BitCast(WideTag(), a)));
  const auto odd_b = hn::BitCast(words, hn::ShiftRight<32>(hn::BitCast(WideTag(), b)));
  const auto even = hn::MulEven(a, b);
  const auto odd = hn::MulEven(odd_a, odd_b);
  high = hn::OddEven(hn::BitCast(words, odd), hn::BitCast(words, hn::ShiftRight<32>(even)));
  low = hn::OddEven(hn::BitCast(words, hn::ShiftLeft<32>(odd)), hn::BitCast(words, even));
}
HWY_INLINE Words as_words(Floats a) { return hn::BitCast(WordTag(), a); }
HWY_INLINE Floats as_floats(Words a) { return hn::BitCast(FloatTag(), a); }
HWY_INLINE Floats to_floats(Words a) { return hn::ConvertTo(FloatTag(), hn::BitCast(IntTag(), a)); }

HWY_INLINE Doubles all(double value) { return hn::Set(DoubleTag(), value); }
HWY_INLINE Longs all(std::uint64_t value) { return hn::Set(LongTag(), value); }
HWY_INLINE Doubles load(const double* from) { return hn::LoadU(DoubleTag(), from); }
HWY_INLINE Doubles to_doubles(const float* from) {
  return hn::PromoteTo(DoubleTag(), hn::LoadU(hn::Rebind<float, DoubleTag>(), from));
}
HWY_INLINE Longs load(const std::uint64_t* from) { return hn::LoadU(LongTag(), from); }
HWY_INLINE void store(Longs v, std::uint64_t* to) { hn::StoreU(v, LongTag(), to); }
HWY_INLINE void store(Doubles v, double* to) { hn::StoreU(v, DoubleTag(), to); }
HWY_INLINE Longs minus(Longs a, Longs b) { return hn::Sub(a, b); }
HWY_INLINE Longs either(Longs a, Longs b) { return hn::Or(a, b); }
HWY_INLINE Longs as_longs(Doubles a) { return hn::BitCast(LongTag(), a); }
HWY_INLINE Doubles as_doubles(Longs a) { return hn::BitCast(DoubleTag(), a); }

#endif

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::core
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
