// What one CSV cell is (missing, a number, text), and what a column of such cells becomes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace psychograph::io {

/// The words that stand for a missing value. Spaces around a cell don't count, and an empty cell is always
/// missing.
class MissingWords {
 public:
  explicit MissingWords(std::vector<std::string> words);
  /// Precondition: `trimmed` has no spaces or tabs around it.
  [[nodiscard]] bool contains(std::string_view trimmed) const {
    return trimmed.empty() || (starts_[static_cast<unsigned char>(trimmed.front())] && is_word(trimmed));
  }

 private:
  [[nodiscard]] bool is_word(std::string_view trimmed) const;
  std::vector<std::string> words_;
  std::array<bool, 256> starts_{};  // most cells begin as no word does
};

enum class CellKind {
  missing,
  nan,      ///< the word "nan": missing among numbers, text among texts
  integer,  ///< fits int64
  huge,     ///< digits that don't fit int64
  floating,
  text,
};

struct Cell {
  CellKind kind = CellKind::missing;
  std::int64_t integer = 0;  ///< of `integer`
  double number = 0;         ///< of `integer`, `huge` and `floating`
};

/// The text without spaces and tabs around it.
std::string_view trimmed(std::string_view text);

/// What `text` (without its quotes) is. A number has an optional sign, a decimal point and exponent as in C,
/// or is "inf" or "infinity"; spaces around it don't count. Digits with a leading zero, such as "007", are
/// text: they are codes, and as numbers they would not come back as they were.
Cell read_cell(std::string_view text, const MissingWords& missing);

enum class CsvType { integer, floating, text };

/// What was seen of one column so far. Guesses of several ranks are put together by largest `flags()` and
/// summed `counts()`, so that the outcome does not depend on who saw which row.
class ColumnGuess {
 public:
  /// `length` is the cell's length as text, in bytes.
  void see(const Cell& cell, std::size_t length);

  /// int64 where every cell fits; with missing cells double, if no integer is beyond 2^53, where doubles no
  /// longer hold each one; else text, as for integers beyond int64, so that no digit of a code is lost. A
  /// column with any fraction is double, one with any text is text, and one without values is double.
  [[nodiscard]] CsvType type() const;
  /// Missing cells, given that type.
  [[nodiscard]] std::int64_t missing() const;
  /// The longest text in bytes, 1 at least.
  [[nodiscard]] std::size_t longest() const;

  static constexpr std::size_t flag_count = 6;
  static constexpr std::size_t count_count = 2;
  [[nodiscard]] std::array<std::int64_t, flag_count>& flags() { return flags_; }
  [[nodiscard]] std::array<std::int64_t, count_count>& counts() { return counts_; }

 private:
  enum Flag : std::size_t { integers, beyond_double, huge, fractions, texts, length_seen };
  enum Count : std::size_t { missing_cells, nan_words };
  std::array<std::int64_t, flag_count> flags_{};
  std::array<std::int64_t, count_count> counts_{};
};

}  // namespace psychograph::io
