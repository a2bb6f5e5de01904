// A stretch of one column's cells as the first look leaves them for the writing: numbers as numbers, as
// narrow as they are; all else as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "io/csv_cell.hpp"
#include "io/csv_guess.hpp"
#include "io/csv_record.hpp"

namespace psychograph::io {

/// Takes cells in order; a stretch begins as numbers and falls back to text where a cell is none.
class CsvChunk {
 public:
  enum class Form : std::uint8_t { integers, numbers, times, texts };

  /// A column that is `asked` to be something keeps as text what is not that.
  explicit CsvChunk(AskedType asked) : asked_(asked) { begin(); }

  /// False where all cells of the stretch must be given as text: `restart_as_text`, and `add_text` for each.
  bool add(const Cell& cell, const CsvField& field, bool is_missing) {
    if (form_ == Form::texts) {
      add_text(field, is_missing);
      return true;
    }
    return add_value(cell);
  }
  void restart_as_text();
  void add_text(const CsvField& field, bool is_missing);

  /// Whether a cell has a value of which the text is not kept.
  [[nodiscard]] bool has_lost_text() const { return form_ != Form::texts && has_values_; }
  /// Appends the stretch to `bytes`, and begins the next one.
  void put(std::vector<std::byte>& bytes);

 private:
  void begin();
  [[nodiscard]] bool fits(const Cell& cell, Form form) const;
  bool add_value(const Cell& cell);

  AskedType asked_;
  Form form_ = Form::integers;
  bool has_values_ = false;
  std::vector<std::int64_t> integers_;  ///< of `times` microseconds; the lowest is missing
  std::vector<double> numbers_;         ///< NaN is missing
  std::vector<std::uint32_t> lengths_;
  std::string texts_;
};

/// What stands before a stretch's cells where it is put.
struct StretchHead {
  CsvChunk::Form form;
  std::uint8_t width;        ///< bytes of a number; of a text's length
  std::uint64_t text_bytes;  ///< behind the lengths
};

/// What a cell without a value is among integers and times.
inline constexpr std::int64_t missing_integer = std::numeric_limits<std::int64_t>::min();

/// Calls `use` with a number of the integer type that is `width` bytes wide.
template <class Use>
void with_integer(std::size_t width, Use use) {
  switch (width) {
    case 1:
      return use(std::int8_t{});
    case 2:
      return use(std::int16_t{});
    case 4:
      return use(std::int32_t{});
    default:
      return use(std::int64_t{});
  }
}

}  // namespace psychograph::io
