// One number for many cells: the sum of their hashes, which no order of adding can change.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/hash.hpp"

namespace psychograph::core {

/// 128 bits of one cell: its value as 64 bits, the column's hash and the global row. Three multiplications of
/// 64 bits with a shift before and after each: as good a mixture as `hash_words`, and a vector unit can do
/// it. With row and column given, different values have different hashes for certain.
inline Hash128 hash_cell(std::uint64_t value, const Hash128& column, std::uint64_t row) {
  const std::uint64_t first = value + column.low;
  const std::uint64_t place = row * 0x9e3779b97f4a7c15U + column.high;
  std::uint64_t low = ((first ^ (first >> 32)) * 0xd6e8feb86659fd93U) ^ place;
  low = (low ^ (low >> 29)) * 0xbf58476d1ce4e5b9U;
  std::uint64_t high = low + (place ^ (place >> 32));
  high = (high ^ (high >> 31)) * 0x94d049bb133111ebU;
  return {low ^ (low >> 32), high ^ (high >> 29)};
}

/// The sum of cells' hashes modulo 2^128. The ranks' sums are put together by their `digits`.
class HashSum {
 public:
  /// Adds the cells of consecutive rows of one column, from global row `first_row` on.
  /// Precondition: fewer than 2^31 at once.
  void add(std::span<const std::uint64_t> values, const Hash128& column, std::uint64_t first_row);
  /// The same for numbers: NaN (missing) is one value whatever its bits, and so is zero of either sign.
  void add(std::span<const double> values, const Hash128& column, std::uint64_t first_row);

  /// What stands for a missing cell.
  static constexpr std::uint64_t missing = 0x7ff8000000000000U;

  /// Four digits of 32 bits, lowest first: digits of several sums can be added up as they are.
  [[nodiscard]] std::array<std::int64_t, 4> digits() const;

 private:
  void add(const Hash128& hash);
  Hash128 sum_;
};

}  // namespace psychograph::core
