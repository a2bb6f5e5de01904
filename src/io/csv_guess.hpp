// What a column of CSV cells becomes: what was seen of it, what is asked for, and what follows.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "io/csv_cell.hpp"

namespace psychograph::io {

enum class CsvType { integer, floating, time, text };

/// What the user says that a column is.
enum class AskedType { none, integer, number, time, text };

/// What becomes of a cell that is no number, in a column of numbers.
enum class OnBadCell {
  keep_text,  ///< the whole column is text; a bad cell of a column that is asked to be a number is an error
  fail,
  missing,
};

/// What was seen of one column so far. Guesses of several ranks are put together by summed `counts()` and the
/// largest `extremes()`, so that the outcome does not depend on who saw which row.
class ColumnGuess {
 public:
  /// `length` is the cell's length as text, in bytes. True where it is the first cell of its kind.
  bool see(const Cell& cell, std::size_t length) {
    const auto bytes = static_cast<std::int64_t>(length);
    if (cell.kind != CellKind::missing) {
      note(longest_text, bytes);
      note(minus_shortest, -bytes);
    }
    if (cell.kind == CellKind::time) {
      note(finest_unit, static_cast<std::int64_t>(cell.unit));
    } else {  // 0 where it is no integer
      note(largest, cell.integer);
      note(inverted_least, ~cell.integer);
    }
    return counts_[static_cast<std::size_t>(cell.kind)]++ == 0;
  }

  [[nodiscard]] std::int64_t count(CellKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  /// Cells with a value; "nan" is none.
  [[nodiscard]] std::int64_t values() const;
  /// Values that are integers as they stand, and fit int64.
  [[nodiscard]] std::int64_t integers() const { return count(CellKind::integer) + count(CellKind::wide); }
  /// The least and the largest integer, and 0.
  [[nodiscard]] std::int64_t least_integer() const { return ~extremes_[inverted_least]; }
  [[nodiscard]] std::int64_t largest_integer() const { return extremes_[largest]; }
  /// In which all times can be told.
  [[nodiscard]] core::TimeUnit unit() const { return static_cast<core::TimeUnit>(extremes_[finest_unit]); }
  /// Whether some integer, codes with leading zeros among them, is beyond 2^53.
  [[nodiscard]] bool has_wide_integers() const;
  /// Values that are numbers as they stand.
  [[nodiscard]] std::int64_t numbers() const;

  /// int64 where every cell fits. With missing cells or fractions double, if no integer is beyond 2^53, where
  /// doubles no longer hold each one; else text, as for integers beyond int64, so that no digit of a code is
  /// lost. A column of times is one of times; one with any other text or code is text, and one without values
  /// is double.
  [[nodiscard]] CsvType type() const;

  /// More than half of the values are numbers, and others keep the column from being one.
  [[nodiscard]] bool is_spoilt() const;
  /// More than half of the values are times, and others keep the column from being one.
  [[nodiscard]] bool is_spoilt_time() const;
  /// As `is_spoilt`, where values that are numbers to a person count as well.
  [[nodiscard]] bool looks_spoilt() const;
  /// Integers, of which text keeps digits that a double would lose.
  [[nodiscard]] bool keeps_digits() const;

  /// The longest text in bytes, 1 at least.
  [[nodiscard]] std::size_t longest() const;

  [[nodiscard]] std::array<std::int64_t, cell_kinds>& counts() { return counts_; }
  [[nodiscard]] std::array<std::int64_t, 5>& extremes() { return extremes_; }

 private:
  /// Digits of one length, some with a leading zero: postcodes, article numbers.
  [[nodiscard]] bool is_code_column() const;

  enum Extreme : std::size_t { longest_text, minus_shortest, largest, inverted_least, finest_unit };
  void note(Extreme extreme, std::int64_t value) {
    if (value > extremes_[extreme]) extremes_[extreme] = value;
  }

  std::array<std::int64_t, cell_kinds> counts_{};
  std::array<std::int64_t, 5> extremes_{0, INT64_MIN, 0, ~std::int64_t{0}, 0};
};

/// One column as it will be stored.
struct ImportedColumn {
  std::string name;
  CsvType type = CsvType::floating;
  std::int64_t missing = 0;                  ///< over all rows, bad cells included
  std::size_t length = 0;                    ///< of a text column: the bytes of the longest cell, 1 at least
  std::int64_t bad = 0;                      ///< cells that count as missing, being no numbers
  bool whole = false;                        ///< fractions are bad
  std::size_t bytes = sizeof(std::int64_t);  ///< of a column of integers: 1, 2, 4 or 8
  core::TimeUnit unit = core::TimeUnit::days;  ///< of a column of times
  friend bool operator==(const ImportedColumn&, const ImportedColumn&) = default;
};

/// Whether a cell of that kind is bad in a column of that type (`whole`: of integers); none is in one of
/// text.
bool is_bad(CellKind kind, CsvType type, bool whole);

/// The column that follows; `bad` is that of a column of numbers whatever `on_bad_cell` says, so that the
/// caller can refuse it where cells may not be bad.
ImportedColumn settle(const std::string& name, const ColumnGuess& guess, AskedType asked,
                      OnBadCell on_bad_cell);

/// The column of ids: int64 where every cell is a canonical integer, else text as it stands. An id that is
/// `asked` to be an integer may be written otherwise.
ImportedColumn settle_id(const std::string& name, const ColumnGuess& guess, AskedType asked, bool canonical);

}  // namespace psychograph::io
