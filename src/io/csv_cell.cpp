#include "io/csv_cell.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <system_error>
#include <utility>

namespace psychograph::io {
namespace {

constexpr std::size_t digits_of_year = 4;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
/// Digits, a decimal sign, and the words "inf" and "nan".
bool may_begin_number(char c) {
  return is_digit(c) || c == '.' || c == ',' || c == 'i' || c == 'I' || c == 'n' || c == 'N';
}

/// Digits, with a minus and a decimal sign at the most, if few enough that a double is sure to be the
/// nearest: what most numbers are. False, and nothing said, where it is anything else.
bool read_plain(std::string_view text, char decimal, Cell& cell) {
  constexpr std::size_t longest = 17;  // a minus, 15 digits, a decimal sign
  constexpr std::array<double, 16> powers{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const bool negative = text.front() == '-';
  const char* p = text.data() + (negative ? 1 : 0);
  const char* const end = text.data() + text.size();
  if (text.size() > longest || p == end || !is_digit(*p)) return false;
  const char* const begin = p;
  std::int64_t digits = 0;
  for (; p != end && is_digit(*p); ++p) digits = digits * 10 + (*p - '0');
  const auto before = p - begin;
  if (p == end) {
    if (before > 15 || (*begin == '0' && before > 1)) return false;
    cell.kind = CellKind::integer;
    cell.integer = negative ? -digits : digits;
    cell.number = static_cast<double>(cell.integer);
    return true;
  }
  if (*p != decimal) return false;
  const char* const fraction = ++p;
  for (; p != end && is_digit(*p); ++p) digits = digits * 10 + (*p - '0');
  const auto behind = p - fraction;
  if (p != end || behind == 0 || before + behind > 15) return false;
  // Both are exact, so that the quotient is rounded once (Clinger 1990).
  const double number = static_cast<double>(digits) / powers[static_cast<std::size_t>(behind)];
  cell.kind = CellKind::floating;
  cell.number = negative ? -number : number;
  return true;
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

/// The same, where the decimal sign is a comma. A point then separates thousands at best.
Cell read_comma_fraction(std::string_view number) {
  if (number.find('.') != std::string_view::npos) return {CellKind::text};
  std::string with_point(number);
  std::replace(with_point.begin(), with_point.end(), ',', '.');
  return read_fraction(with_point);
}

/// A number of digits alone; `text` is the cell with its sign, `digits` without.
Cell read_digits(std::string_view text, std::string_view digits) {
  constexpr std::size_t always_fit = 18;
  constexpr std::int64_t largest_exact = std::int64_t{1} << std::numeric_limits<double>::digits;
  Cell cell;
  const bool is_code = digits.size() > 1 && digits.front() == '0';
  const bool negative = text.front() == '-';
  if (digits.size() <= always_fit) {
    std::int64_t value = 0;
    for (const char digit : digits) value = value * 10 + (digit - '0');
    cell.kind = is_code ? CellKind::code : value > largest_exact ? CellKind::wide : CellKind::integer;
    cell.integer = negative ? -value : value;
    cell.number = static_cast<double>(cell.integer);
    return cell;
  }
  const std::string_view signed_digits = negative ? text : digits;
  const char* end = signed_digits.data() + signed_digits.size();
  if (std::from_chars(signed_digits.data(), end, cell.integer).ec == std::errc()) {
    cell.kind = is_code ? CellKind::code : CellKind::wide;
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

Cell read_cell(std::string_view text, const CellRules& rules) {
  Cell cell;
  if (!text.empty() && !rules.missing.may_begin_with(text.front()) && read_plain(text, rules.decimal, cell))
    return cell;
  text = trimmed(text);
  if (rules.missing.contains(text)) return {};
  const bool has_sign = text.front() == '+' || text.front() == '-';
  const std::string_view unsigned_part = text.substr(has_sign ? 1 : 0);
  const auto digits = static_cast<std::size_t>(
      std::find_if_not(unsigned_part.begin(), unsigned_part.end(), is_digit) - unsigned_part.begin());
  if (digits > 0 && digits == unsigned_part.size()) return read_digits(text, unsigned_part);
  // Most texts end here; and "+-1" would be a number else, as from_chars knows no plus.
  if (unsigned_part.empty() || !may_begin_number(unsigned_part.front())) return {CellKind::text};
  if (digits == digits_of_year && !has_sign) {
    const auto time = core::read_time(text);
    if (time) return {CellKind::time, time->microseconds, 0, time->written_in};
  }
  const auto number = text.front() == '+' ? unsigned_part : text;
  return rules.decimal == ',' ? read_comma_fraction(number) : read_fraction(number);
}

bool is_canonical(std::string_view text) {
  return (is_digit(text.front()) || text.front() == '-') && is_digit(text.back()) && text != "-0";
}

}  // namespace psychograph::io
