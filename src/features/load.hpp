// Cells of a block as numbers, checked.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// Values beyond this are refused: their squares would leave the range of double.
inline constexpr double largest_value = 1e150;
/// Weights below this are refused: what they weigh would be lost at the other end of double.
inline constexpr double smallest_weight = 1e-150;

/// The value of one item's answers as the construct counts them, in place.
void apply_keying(const io::Table& table, const io::RawBlock& block, std::int64_t first_row,
                  const Feature& feature, std::size_t item, std::span<double> values);

/// Throws the data error for the first infinite or too large value of a block whose first global row is
/// `first_row`.
void check_finite(const io::Table& table, const io::RawBlock& block, std::int64_t first_row,
                  std::span<const double> values);

/// The feature's numbers of one block of a column of numbers or truth values (0 and 1), times as what has
/// elapsed since `feature.since`; NaN where missing: NaN, the feature's sentinels, what the file marks, a
/// truth value without a name. Precondition: what has a `since` is a column of times in that file.
void block_numbers(const io::Table& table, const io::RawBlock& block, const Feature& feature,
                   std::span<double> out);

}  // namespace psychograph::features
