#include "behavior/cells.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "io/csv_cell.hpp"

namespace psychograph::behavior {
namespace {

constexpr std::int64_t most_units = std::int64_t{1} << 53U;
/// Of the smallest unit. What is off by less, such as 4.4e-16 for 0, is what others' arithmetic has left.
constexpr double most_dust = 1e-6;

}  // namespace

std::int64_t units_in_one(std::int64_t decimals) {
  std::int64_t units = 1;
  for (std::int64_t i = 0; i < decimals; ++i) units *= 10;
  return units;
}

Amount read_amount(double value, std::int64_t decimals, bool round, bool single) {
  if (!std::isfinite(value)) return {0, AmountFault::no_number};
  const auto scale = static_cast<double>(units_in_one(decimals));
  const double units = std::round(value * scale);
  if (std::abs(units) > static_cast<double>(most_units)) return {0, AmountFault::too_large};
  const bool same = single ? static_cast<float>(units / scale) == static_cast<float>(value)
                           : units / scale == value || std::abs(value * scale - units) < most_dust;
  if (!same && !round) return {0, AmountFault::too_fine};
  return {static_cast<std::int64_t>(units), AmountFault::none};
}

Amount read_amount(std::string_view text, std::int64_t decimals, bool round, char point) {
  text = io::trimmed(text);
  const bool negative = !text.empty() && text.front() == '-';
  const auto begin = text.substr(!text.empty() && (negative || text.front() == '+') ? 1 : 0);
  std::int64_t units = 0;
  std::int64_t fraction = -1;  // digits behind the point; before it there are none to be counted
  std::size_t digits = 0;
  bool halves = false;
  for (const char c : begin) {
    if (c == point && fraction < 0) {
      fraction = 0;
    } else if (!io::is_digit(c)) {  // perhaps an exponent
      const auto cell = io::read_cell(text, {io::MissingWords({}), point});
      const bool number = cell.kind == io::CellKind::floating;
      return number ? read_amount(cell.number, decimals, round) : Amount{0, AmountFault::no_number};
    } else if (fraction >= decimals) {
      ++digits;
      if (c != '0' && !round) {  // perhaps dust
        const auto cell = io::read_cell(text, {io::MissingWords({}), point});
        const bool number = cell.kind == io::CellKind::floating;
        return number ? read_amount(cell.number, decimals, round) : Amount{0, AmountFault::no_number};
      }
      if (fraction++ == decimals) halves = c >= '5';
    } else {
      ++digits;
      if (fraction >= 0) ++fraction;
      if (units > most_units / 10) return {0, AmountFault::too_large};
      units = units * 10 + (c - '0');
    }
  }
  if (digits == 0) return {0, AmountFault::no_number};
  for (auto place = std::max<std::int64_t>(fraction, 0); place < decimals; ++place) {
    if (units > most_units / 10) return {0, AmountFault::too_large};
    units *= 10;
  }
  if (halves) ++units;
  if (units > most_units) return {0, AmountFault::too_large};
  return {negative ? -units : units, AmountFault::none};
}

std::optional<bool> read_truth(std::string_view text, char point) {
  text = io::trimmed(text);
  if (text.empty()) return false;
  const auto cell = io::read_cell(text, {io::MissingWords({}), point});
  if (cell.kind != io::CellKind::text && cell.kind != io::CellKind::spelled && cell.kind != io::CellKind::nan)
    return cell.number != 0;
  std::string word(text);
  for (auto& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const char* yes : {"true", "yes", "y", "t"}) {
    if (word == yes) return true;
  }
  for (const char* no : {"false", "no", "n", "f"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

}  // namespace psychograph::behavior
