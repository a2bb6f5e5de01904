#include "io/csv_guess.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace psychograph::io {
namespace {

CsvType number_type(const ColumnGuess& guess) {
  const bool only_integers = guess.integers() == guess.values() && guess.values() > 0;
  const bool gaps = guess.count(CellKind::missing) + guess.count(CellKind::nan) > 0;
  return only_integers && !gaps ? CsvType::integer : CsvType::floating;
}

std::int64_t bad_cells(const ColumnGuess& guess, CsvType type, bool whole) {
  std::int64_t bad = 0;
  for (std::size_t kind = 0; kind < cell_kinds; ++kind) {
    if (is_bad(static_cast<CellKind>(kind), type, whole)) bad += guess.count(static_cast<CellKind>(kind));
  }
  return bad;
}

ImportedColumn text_column(const std::string& name, const ColumnGuess& guess) {
  return {name, CsvType::text, guess.count(CellKind::missing), guess.longest(), 0, false};
}

/// The bytes of the narrowest integer that holds all.
std::size_t integer_bytes(const ColumnGuess& guess) {
  const auto fits = [&](auto narrow) {
    using Limits = std::numeric_limits<decltype(narrow)>;
    return guess.least_integer() >= Limits::min() && guess.largest_integer() <= Limits::max();
  };
  if (fits(std::int8_t{})) return 1;
  if (fits(std::int16_t{})) return 2;
  return fits(std::int32_t{}) ? 4 : 8;
}

ImportedColumn number_column(const std::string& name, const ColumnGuess& guess, CsvType type, bool whole) {
  const auto bad = bad_cells(guess, type, whole);
  const auto missing = guess.count(CellKind::missing) + guess.count(CellKind::nan) + bad;
  if (type == CsvType::integer && missing > 0) type = CsvType::floating;
  return {name,
          type,
          missing,
          0,
          bad,
          whole,
          type == CsvType::integer ? integer_bytes(guess) : sizeof(double),
          guess.unit()};
}

}  // namespace

std::int64_t ColumnGuess::values() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0}) - count(CellKind::missing) -
         count(CellKind::nan);
}

std::int64_t ColumnGuess::numbers() const {
  return count(CellKind::integer) + count(CellKind::wide) + count(CellKind::huge) + count(CellKind::floating);
}

bool ColumnGuess::has_wide_integers() const {
  constexpr std::int64_t exact = std::int64_t{1} << std::numeric_limits<double>::digits;
  return count(CellKind::wide) > 0 || largest_integer() > exact || least_integer() < -exact;
}

CsvType ColumnGuess::type() const {
  if (count(CellKind::time) > 0 && count(CellKind::time) == values()) return CsvType::time;
  if (numbers() < values() || keeps_digits()) return CsvType::text;
  return number_type(*this);
}

bool ColumnGuess::is_code_column() const {
  return count(CellKind::integer) + count(CellKind::wide) + count(CellKind::huge) + count(CellKind::code) ==
             values() &&
         extremes_[longest_text] == -extremes_[minus_shortest];
}

bool ColumnGuess::is_spoilt() const {
  return numbers() < values() && 2 * numbers() > values() && !is_code_column();
}

bool ColumnGuess::is_spoilt_time() const {
  return count(CellKind::time) < values() && 2 * count(CellKind::time) > values();
}

bool ColumnGuess::looks_spoilt() const {
  const auto to_a_person = numbers() + count(CellKind::spelled);
  return is_spoilt() || (count(CellKind::spelled) > 0 && 2 * to_a_person > values());
}

bool ColumnGuess::keeps_digits() const {
  const bool rounded = count(CellKind::missing) + count(CellKind::nan) + count(CellKind::floating) > 0;
  return count(CellKind::huge) > 0 || (count(CellKind::wide) > 0 && rounded);
}

std::size_t ColumnGuess::longest() const {
  return static_cast<std::size_t>(std::max<std::int64_t>(1, extremes_[longest_text]));
}

bool is_bad(CellKind kind, CsvType type, bool whole) {
  if (type == CsvType::text) return false;
  const bool is_time = kind == CellKind::time;
  if (type == CsvType::time) return !is_time && kind != CellKind::missing && kind != CellKind::nan;
  if (is_time || kind == CellKind::text || kind == CellKind::spelled) return true;
  return whole && (kind == CellKind::floating || kind == CellKind::huge);
}

ImportedColumn settle(const std::string& name, const ColumnGuess& guess, AskedType asked,
                      OnBadCell on_bad_cell) {
  switch (asked) {
    case AskedType::text:
      return text_column(name, guess);
    case AskedType::number:
      return number_column(name, guess, CsvType::floating, false);
    case AskedType::integer:
      return number_column(name, guess, CsvType::integer, true);
    case AskedType::time:
      return number_column(name, guess, CsvType::time, false);
    case AskedType::none:
      break;
  }
  const auto type = guess.type();
  if (type != CsvType::text) return number_column(name, guess, type, false);
  // Codes would become other numbers, and long integers others: nobody has asked for that.
  const bool safe = guess.is_spoilt() && guess.count(CellKind::code) == 0 && !guess.keeps_digits();
  if (safe && on_bad_cell == OnBadCell::missing) return number_column(name, guess, CsvType::floating, false);
  if (guess.is_spoilt_time() && on_bad_cell == OnBadCell::missing)
    return number_column(name, guess, CsvType::time, false);
  return text_column(name, guess);
}

ImportedColumn settle_id(const std::string& name, const ColumnGuess& guess, AskedType asked, bool canonical) {
  if (asked != AskedType::text && canonical && guess.integers() == guess.values() &&
      guess.count(CellKind::nan) == 0)
    return number_column(name, guess, CsvType::integer, true);
  if (asked == AskedType::integer) return number_column(name, guess, CsvType::integer, true);
  return text_column(name, guess);
}

}  // namespace psychograph::io
