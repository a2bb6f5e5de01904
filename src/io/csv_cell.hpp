// What one CSV cell is: missing, a number, text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace psychograph::io {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The words that stand for a missing value. Spaces around a cell don't count, and an empty cell is always
/// missing.
class MissingWords {
 public:
  explicit MissingWords(std::vector<std::string> words);
  /// Precondition: `trimmed` has no spaces or tabs around it.
  [[nodiscard]] bool contains(std::string_view trimmed) const {
    return trimmed.empty() || (may_begin_with(trimmed.front()) && is_word(trimmed));
  }
  [[nodiscard]] bool may_begin_with(char c) const { return starts_[static_cast<unsigned char>(c)]; }

 private:
  [[nodiscard]] bool is_word(std::string_view trimmed) const;
  std::vector<std::string> words_;
  std::array<bool, 256> starts_{};  // most cells begin as no word does
};

/// How cells are read.
struct CellRules {
  MissingWords missing{{"NA"}};
  char decimal = '.';  ///< the decimal sign; or a comma
};

enum class CellKind : std::uint8_t {
  missing,
  nan,       ///< the word "nan": missing among numbers, text among texts
  integer,   ///< up to 2^53 either way, so that a double holds it
  wide,      ///< a larger integer that fits int64
  huge,      ///< digits that don't fit int64
  floating,  ///< with a decimal sign or an exponent, or infinite
  time,      ///< a date, or a point of time (core/time.hpp)
  code,      ///< digits with a leading zero, such as "007", that fit int64
  spelled,   ///< a number to a person (csv_spelling.hpp): "$5", "1 000", "<18"; `read_cell` says text
  text,
};
inline constexpr std::size_t cell_kinds = 10;

struct Cell {
  CellKind kind = CellKind::missing;
  std::int64_t integer = 0;  ///< of `integer`, `wide` and `code`; of `time` the microseconds
  double number = 0;         ///< of all that is made of digits
  core::TimeUnit unit = core::TimeUnit::days;  ///< of `time`: that it is written in
};

/// The text without spaces and tabs around it.
std::string_view trimmed(std::string_view text);

/// What `text` (without its quotes) is. A number has an optional sign, a decimal sign and exponent as in C,
/// or is "inf" or "infinity"; a time is as `core::read_time` reads it; spaces around it don't count. Digits
/// with a leading zero, such as "007", are a kind of their own: they are codes, and as numbers they would not
/// come back as they were.
Cell read_cell(std::string_view text, const CellRules& rules);

/// Whether `text`, which `read_cell` found to be an integer, is the one way in which that is written: no
/// plus, no minus before 0, no space. Such a cell comes back from an int64 as it was.
bool is_canonical(std::string_view text);

}  // namespace psychograph::io
