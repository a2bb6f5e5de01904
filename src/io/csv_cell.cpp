#include "io/csv_cell.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <system_error>
#include <utility>

namespace psychograph::io {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Digits, a point, and the words "inf" and "nan".
bool may_begin_number(char c) {
  return is_digit(c) || c == '.' || c == 'i' || c == 'I' || c == 'n' || c == 'N';
}

/// A fraction, infinity, the word "nan", or text.
Cell read_fraction(std::string_view number) {
  Cell cell;
  const char* end = number.data() + number.size();
  const auto [stop, fault] = std::from_chars(number.data(), end, cell.number);
  if (stop != end || fault == std::errc::invalid_argument) {
    cell.kind = CellKind::text;
  } else if (fault == std::errc::result_out_of_range) {
    cell.kind = CellKind::floating;
    cell.number =
        std::strtod(std::string(number).c_str(), nullptr);  // from_chars leaves 0 or infinity unsaid
  } else {
    cell.kind = std::isnan(cell.number) ? CellKind::nan : CellKind::floating;
  }
  return cell;
}

/// A number of digits alone; `text` is the cell with its sign, `digits` without.
Cell read_digits(std::string_view text, std::string_view digits) {
  constexpr std::size_t always_fit = 18;
  Cell cell;
  if (digits.size() > 1 && digits.front() == '0') {
    cell.kind = CellKind::text;
    return cell;
  }
  const bool negative = text.front() == '-';
  cell.kind = CellKind::integer;
  if (digits.size() <= always_fit) {
    std::int64_t value = 0;
    for (const char digit : digits) value = value * 10 + (digit - '0');
    cell.integer = negative ? -value : value;
    cell.number = static_cast<double>(cell.integer);
    return cell;
  }
  const std::string_view signed_digits = negative ? text : digits;
  const char* end = signed_digits.data() + signed_digits.size();
  if (std::from_chars(signed_digits.data(), end, cell.integer).ec == std::errc()) {
    cell.number = static_cast<double>(cell.integer);
    return cell;
  }
  cell = read_fraction(signed_digits);
  cell.kind = CellKind::huge;
  return cell;
}

}  // namespace

MissingWords::MissingWords(std::vector<std::string> words) : words_(std::move(words)) {
  for (auto& word : words_) word = std::string(trimmed(word));
  for (const auto& word : words_) {
    if (!word.empty()) starts_[static_cast<unsigned char>(word.front())] = true;
  }
}

bool MissingWords::is_word(std::string_view trimmed) const {
  return std::find(words_.begin(), words_.end(), trimmed) != words_.end();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Cell read_cell(std::string_view text, const MissingWords& missing) {
  text = trimmed(text);
  if (missing.contains(text)) return {};
  const bool has_sign = text.front() == '+' || text.front() == '-';
  const std::string_view unsigned_part = text.substr(has_sign ? 1 : 0);
  const auto digits = static_cast<std::size_t>(
      std::find_if_not(unsigned_part.begin(), unsigned_part.end(), is_digit) - unsigned_part.begin());
  if (digits > 0 && digits == unsigned_part.size()) return read_digits(text, unsigned_part);
  // Most texts end here; and "+-1" would be a number else, as from_chars knows no plus.
  if (unsigned_part.empty() || !may_begin_number(unsigned_part.front())) return {CellKind::text, 0, 0};
  return read_fraction(text.front() == '+' ? unsigned_part : text);
}

void ColumnGuess::see(const Cell& cell, std::size_t length) {
  constexpr std::int64_t largest_exact = std::int64_t{1} << std::numeric_limits<double>::digits;
  switch (cell.kind) {
    case CellKind::missing:
      ++counts_[missing_cells];
      return;
    case CellKind::nan:
      ++counts_[nan_words];
      break;
    case CellKind::integer:
      flags_[integers] = 1;
      if (cell.integer > largest_exact || cell.integer < -largest_exact) flags_[beyond_double] = 1;
      break;
    case CellKind::huge:
      flags_[huge] = 1;
      break;
    case CellKind::floating:
      flags_[fractions] = 1;
      break;
    case CellKind::text:
      flags_[texts] = 1;
      break;
  }
  flags_[length_seen] = std::max(flags_[length_seen], static_cast<std::int64_t>(length));
}

CsvType ColumnGuess::type() const {
  if (flags_[texts] != 0) return CsvType::text;
  if (flags_[fractions] != 0) return CsvType::floating;
  if (flags_[huge] != 0) return CsvType::text;
  if (flags_[integers] == 0) return CsvType::floating;
  if (counts_[missing_cells] + counts_[nan_words] == 0) return CsvType::integer;
  return flags_[beyond_double] != 0 ? CsvType::text : CsvType::floating;
}

std::int64_t ColumnGuess::missing() const {
  return counts_[missing_cells] + (type() == CsvType::text ? 0 : counts_[nan_words]);
}

std::size_t ColumnGuess::longest() const {
  return static_cast<std::size_t>(std::max<std::int64_t>(1, flags_[length_seen]));
}

}  // namespace psychograph::io
