#include "core/hash_sum.hpp"

#include <algorithm>
#include <bit>

#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/hash_sum.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "core/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::core {
namespace HWY_NAMESPACE {

using Word = hn::Vec<LongTag>;

/// A sum of 128-bit hashes in every lane: the low halves modulo 2^64, their upper digits (which tell how
/// often the former has wrapped), and the high halves.
struct LaneSums {
  Word low;
  Word low_digits;
  Word high;
};

/// `hash_cell`, a cell a lane.
HWY_INLINE void add_lanes(Word value, Word column, Word place, LaneSums& sums) {
  const LongTag d;
  const auto first = hn::Add(value, column);
  auto low =
      hn::Xor(hn::Mul(hn::Xor(first, hn::ShiftRight<32>(first)), hn::Set(d, 0xd6e8feb86659fd93U)), place);
  low = hn::Mul(hn::Xor(low, hn::ShiftRight<29>(low)), hn::Set(d, 0xbf58476d1ce4e5b9U));
  auto high = hn::Add(low, hn::Xor(place, hn::ShiftRight<32>(place)));
  high = hn::Mul(hn::Xor(high, hn::ShiftRight<31>(high)), hn::Set(d, 0x94d049bb133111ebU));
  low = hn::Xor(low, hn::ShiftRight<32>(low));
  sums.low = hn::Add(sums.low, low);
  sums.low_digits = hn::Add(sums.low_digits, hn::ShiftRight<32>(low));
  sums.high = hn::Add(sums.high, hn::Xor(high, hn::ShiftRight<29>(high)));
}

HWY_INLINE Word load_value(const std::uint64_t* from) { return hn::LoadU(LongTag(), from); }
HWY_INLINE Word load_value(const double* from) {
  const LongTag d;
  const hn::RebindToFloat<LongTag> numbers;
  const auto value = hn::Add(hn::LoadU(numbers, from), hn::Zero(numbers));  // -0 becomes 0
  return hn::IfThenElse(hn::RebindMask(d, hn::Eq(value, value)), hn::BitCast(d, value),
                        hn::Set(d, HashSum::missing));
}

/// Adds whole vectors of cells, fewer than 2^31 of them, to `sum`; returns how many cells these were.
template <class Value>
HWY_INLINE std::size_t add_cells(const Value* values, std::size_t count, const Hash128& column,
                                 std::uint64_t first_row, Hash128& sum) {
  const LongTag d;
  const std::size_t lanes = hn::Lanes(d);
  constexpr std::uint64_t step = 0x9e3779b97f4a7c15U;
  auto place = hn::Add(hn::Mul(hn::Iota(d, first_row), hn::Set(d, step)), hn::Set(d, column.high));
  const auto further = hn::Set(d, step * lanes);
  const auto low = hn::Set(d, column.low);
  LaneSums sums{hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    add_lanes(load_value(values + i), low, place, sums);
    place = hn::Add(place, further);
  }
  const std::uint64_t wrapped = total(sums.low);
  const std::uint64_t upper = total(sums.low_digits);
  const std::uint64_t lower = wrapped - (upper << 32);  // the sum of the lower digits: below 2^63
  const std::uint64_t carry = (upper + (lower >> 32)) >> 32;
  const std::uint64_t before = sum.low;
  sum.low += wrapped;
  sum.high += total(sums.high) + carry + (sum.low < before ? 1 : 0);
  return i;
}

std::size_t add_words(const std::uint64_t* values, std::size_t count, const Hash128& column,
                      std::uint64_t first_row, Hash128& sum) {
  return add_cells(values, count, column, first_row, sum);
}
std::size_t add_numbers(const double* values, std::size_t count, const Hash128& column,
                        std::uint64_t first_row, Hash128& sum) {
  return add_cells(values, count, column, first_row, sum);
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::core
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::core {

HWY_EXPORT(add_words);
HWY_EXPORT(add_numbers);

void HashSum::add(const Hash128& hash) {
  const auto before = sum_.low;
  sum_.low += hash.low;
  sum_.high += hash.high + (sum_.low < before ? 1 : 0);
}

void HashSum::add(std::span<const std::uint64_t> values, const Hash128& column, std::uint64_t first_row) {
  std::size_t i = HWY_DYNAMIC_DISPATCH(add_words)(values.data(), values.size(), column, first_row, sum_);
  for (; i < values.size(); ++i) add(hash_cell(values[i], column, first_row + i));
}

void HashSum::add(std::span<const double> values, const Hash128& column, std::uint64_t first_row) {
  std::size_t i = HWY_DYNAMIC_DISPATCH(add_numbers)(values.data(), values.size(), column, first_row, sum_);
  for (; i < values.size(); ++i) {
    const bool lacking = values[i] != values[i];
    add(hash_cell(lacking ? missing : std::bit_cast<std::uint64_t>(values[i] + 0.0), column, first_row + i));
  }
}

std::array<std::int64_t, 4> HashSum::digits() const {
  constexpr std::uint64_t digit = 0xffffffffU;
  return {static_cast<std::int64_t>(sum_.low & digit), static_cast<std::int64_t>(sum_.low >> 32),
          static_cast<std::int64_t>(sum_.high & digit), static_cast<std::int64_t>(sum_.high >> 32)};
}

}  // namespace psychograph::core

#endif
