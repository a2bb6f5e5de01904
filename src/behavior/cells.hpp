// Cells of event tables as whole numbers: money in its smallest unit, and whether something is so. Local.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace psychograph::behavior {

/// 10^decimals. Precondition: 0 to 18.
std::int64_t units_in_one(std::int64_t decimals);

/// Why a cell is no amount.
enum class AmountFault : std::uint8_t { none, no_number, too_fine, too_large };

struct Amount {
  std::int64_t units = 0;
  AmountFault fault = AmountFault::none;
};

/// "12.50" with 2 decimals is 1250 units. Decimals beyond, other than zeros, are a fault or rounded, halves
/// away from zero. `point` is the decimal sign. An exponent is read through a double. No more than 2^53 units
/// either way, so that a double holds what comes of them.
Amount read_amount(std::string_view text, std::int64_t decimals, bool round, char point = '.');

/// The same of a double: it counts as having few enough decimals where it is less than a millionth of a unit
/// off, or the float nearest to such a number (`single`).
Amount read_amount(double value, std::int64_t decimals, bool round, bool single = false);

/// "true", "yes", "1.5" and other numbers than 0 are so, "false", "no", "0" and "" are not; nothing for any
/// other text.
std::optional<bool> read_truth(std::string_view text, char point = '.');

}  // namespace psychograph::behavior
