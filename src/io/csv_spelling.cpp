#include "io/csv_spelling.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "io/csv_cell.hpp"

namespace psychograph::io {
namespace {

constexpr std::size_t longest_spelled = 48;  // bytes; more is no number with something around it

char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Takes `part` out of `text`, wherever it stands; whether it was there.
bool take_out(std::string& text, std::string_view part) {
  bool found = false;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part)) {
    text.erase(at, part.size());
    found = true;
  }
  return found;
}

template <std::size_t n>
bool take_out_any(std::string& text, const std::array<std::string_view, n>& parts) {
  bool found = false;
  for (const auto part : parts) found = take_out(text, part) || found;
  return found;
}

bool take_front(std::string& text, std::string_view part) {
  if (!text.starts_with(part)) return false;
  text.erase(0, part.size());
  return true;
}

bool take_brackets(std::string& text) {
  if (text.size() < 3 || text.front() != '(' || text.back() != ')') return false;
  text.front() = '-';
  text.pop_back();
  return true;
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), lower_case);
  return lower;
}

bool is_unit(std::string_view word) {
  static constexpr std::array<std::string_view, 18> units{"eur", "usd", "gbp", "chf", "jpy", "inr",
                                                          "cny", "brl", "kr",  "rs",  "kg",  "km",
                                                          "cm",  "yrs", "yr",  "min", "pct", "euro"};
  constexpr std::size_t longest = 4;
  if (word.size() < 2 || word.size() > longest) return false;  // as are most words
  return std::find(units.begin(), units.end(), lowered(word)) != units.end();
}

std::string_view leading_word(std::string_view text) {
  return text.substr(
      0, static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_letter) - text.begin()));
}

/// A currency or a unit before the digits or behind them: "EUR 45", "45 kg". Others may be parts of codes.
bool take_unit(std::string& text) {
  const std::string_view all(text);
  const auto before = leading_word(all);
  const auto behind = std::find_if_not(text.rbegin(), text.rend(), is_letter) - text.rbegin();
  const auto after = all.substr(all.size() - static_cast<std::size_t>(behind));
  if (before.size() == all.size() || (before.empty() && after.empty())) return false;
  if ((!before.empty() && !is_unit(before)) || (!after.empty() && !is_unit(after))) return false;
  text = std::string(trimmed(all.substr(before.size(), all.size() - before.size() - after.size())));
  return true;
}

/// Whether `separator` stands before groups of three digits alone, behind one to three: "1,234,567".
bool in_thousands(std::string_view digits, char separator) {
  std::size_t group = digits.find(separator);
  if (group == 0 || group > 3 || group == std::string_view::npos) return false;
  while (group != std::string_view::npos) {
    const auto next = digits.find(separator, group + 1);
    if (std::min(next, digits.size()) - group != 4) return false;
    group = next;
  }
  return true;
}

bool is_number(std::string_view text, char decimal) {
  const auto kind = read_cell(text, {MissingWords({}), decimal}).kind;
  return !text.empty() && kind != CellKind::text && kind != CellKind::nan;
}

/// Digits with separators between them: thousands, and the other decimal sign.
Spelling separators(std::string text, char decimal) {
  if (is_number(text, decimal)) return Spelling::none;
  const char other = decimal == ',' ? '.' : ',';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.erase(0, 1);
  if (text.empty() || !is_digit(text.front()) ||
      text.find_first_not_of("0123456789., '_") != std::string::npos)
    return Spelling::none;
  const auto whole = std::string_view(text).substr(0, text.find(decimal));
  for (const char separator : {' ', '\'', '_', other}) {
    if (!in_thousands(whole, separator)) continue;
    auto without = text;
    std::erase(without, separator);
    if (!is_number(without, decimal)) continue;
    const bool either = separator == ',' && text.find('.') == std::string::npos &&
                        std::count(text.begin(), text.end(), ',') == 1;
    return either ? Spelling::comma : Spelling::thousands;
  }
  if (decimal == ',' || std::count(text.begin(), text.end(), ',') != 1) return Spelling::none;
  const auto before = std::string_view(text).substr(0, text.find(','));
  auto pointed = text.substr(text.find(',') + 1);
  std::string integer(before);
  if (in_thousands(before, '.') || in_thousands(before, ' '))
    std::erase_if(integer, [](char c) { return !is_digit(c); });
  return is_number(integer + "." + pointed, '.') ? Spelling::decimal_comma : Spelling::none;
}

/// Whether the digits stand together, but for separators: not so in dates, times and most codes, which are
/// many.
bool has_one_number(std::string_view text) {
  constexpr int most_letters = 5;
  bool digits = false;
  bool behind = false;
  int letters = 0;
  std::size_t last_point = std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      if (behind) return false;
      digits = true;
    } else if (is_letter(c) || c == '-') {
      behind = digits;
      if (++letters > most_letters) return false;
    } else if (c == '.') {
      if (last_point != std::string_view::npos && i - last_point != 4) return false;
      last_point = i;
    } else if (std::string_view("/:;@#&*?!|\\").find(c) != std::string_view::npos) {
      return false;
    }
  }
  return digits;
}

/// "31.12.2025", "12/31/2025", "2025/12/31", whatever stands behind them.
bool is_spelled_date(std::string_view text) {
  std::array<std::size_t, 3> digits{};
  char separator = 0;
  std::size_t part = 0;
  for (std::size_t i = 0; i < text.size() && text[i] != ' ' && text[i] != 'T'; ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      ++digits.at(part);
      continue;
    }
    const bool separates = (c == '.' || c == '/' || c == '-') && (separator == 0 || c == separator);
    if (!separates || digits.at(part) == 0 || ++part == digits.size()) return false;
    separator = c;
  }
  const auto is_short = [&](std::size_t i) { return digits.at(i) >= 1 && digits.at(i) <= 2; };
  const bool year_first = digits[0] == 4 && is_short(2) && separator != '-';  // that is ISO's
  return is_short(1) && (year_first || (is_short(0) && digits[2] == 4));
}

}  // namespace

Spelling spelling_of(std::string_view cell, char decimal) {
  static constexpr std::array<std::string_view, 5> spaces{"\u00a0", "\u202f", "\u2009", "\u200b", "\ufeff"};
  static constexpr std::array<std::string_view, 2> minuses{"\u2212", "\u2013"};
  static constexpr std::array<std::string_view, 8> currencies{"$",      "\u20ac", "\u00a3", "\u00a5",
                                                              "\u20b9", "\u20bd", "\u20a9", "\u20ba"};
  static constexpr std::array<std::string_view, 9> bounds{"<=", ">=", "\u2264", "\u2265", "<",
                                                          ">",  "~",  "\u2248", "="};
  if (cell.size() > longest_spelled) return Spelling::none;
  std::string text(trimmed(cell));
  if (is_spelled_date(text)) return Spelling::date;
  auto found = Spelling::none;
  const auto note = [&](bool holds, Spelling spelling) {
    if (holds && found == Spelling::none) found = spelling;
    text = std::string(trimmed(text));
  };
  // One step at a time: "< $1,000" is a bound, and a currency, and has thousands.
  for (const auto bound : bounds) note(take_front(text, bound), Spelling::bound);
  note(text.size() > 1 && text.back() == '+' && (text.pop_back(), true), Spelling::bound);
  note(take_out_any(text, currencies), Spelling::unit);
  note(take_out(text, "%"), Spelling::percent);
  note(take_brackets(text), Spelling::sign);
  for (const auto minus : minuses)
    note(take_front(text, minus) && (text.insert(text.begin(), '-'), true), Spelling::sign);
  note(text.size() > 1 && text.back() == '-' && (text.pop_back(), true), Spelling::sign);
  note(take_front(text, "'"), Spelling::unit);
  note(take_unit(text), Spelling::unit);
  const bool spaced = take_out_any(text, spaces);
  text = std::string(trimmed(text));
  if (is_number(text, decimal)) return found == Spelling::none && spaced ? Spelling::space : found;
  const auto separated = separators(text, decimal);
  if (separated == Spelling::none) return Spelling::none;
  return found == Spelling::none ? separated : found;
}

bool is_spelled_number(std::string_view text, char decimal) {
  if (text.size() > longest_spelled) return false;
  if (is_digit(text.front()) && is_spelled_date(text)) return true;
  if (is_letter(text.front()) && (!is_digit(text.back()) || !is_unit(leading_word(text)))) return false;
  if (!has_one_number(text)) return false;
  const auto spelling = spelling_of(text, decimal);
  return spelling != Spelling::none && spelling != Spelling::bound;
}

std::string remedy(Spelling spelling, char decimal) {
  switch (spelling) {
    case Spelling::thousands:
      return "take the thousands separators out";
    case Spelling::decimal_comma:
      return "a decimal comma is read with --decimal ,";
    case Spelling::comma:
      return decimal == ',' ? "take the thousands separators out"
                            : "a decimal comma is read with --decimal , and commas for thousands must go";
    case Spelling::percent:
      return "take the percent signs out";
    case Spelling::unit:
      return "take the currency or unit out";
    case Spelling::bound:
      return "a bound is no number: write one";
    case Spelling::sign:
      return "write negative numbers with a plain - before them";
    case Spelling::space:
      return "take the non-breaking or invisible spaces out";
    case Spelling::date:
      return "dates are written as 2025-12-31 (in a spreadsheet the format yyyy-mm-dd)";
    case Spelling::none:
      break;
  }
  return {};
}

bool is_missing_word(std::string_view text) {
  static constexpr std::array<std::string_view, 26> words{
      "na",      "n/a",   "#n/a", "n.a.", "n. a.", "null",   "#null!",  "none",         "nil",
      "-",       "--",    "---",  ".",    "..",    "?",      "unknown", "missing",      "#value!",
      "#div/0!", "#ref!", "\\n",  "<na>", "k.a.",  "\u2013", "\u2014",  "not available"};
  return std::find(words.begin(), words.end(), lowered(trimmed(text))) != words.end();
}

std::string shown_cell(std::string_view text) {
  constexpr std::size_t most = 60;
  std::string result;
  for (const char c : text.substr(0, std::min(text.size(), most + 3))) {
    const bool begins_character = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (result.size() >= most && begins_character) break;
    const bool control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    result += control ? ' ' : c;
  }
  return result.size() < text.size() ? result + "..." : result;
}

}  // namespace psychograph::io
