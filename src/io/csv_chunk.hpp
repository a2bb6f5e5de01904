// A stretch of one column's cells as the first look leaves them for the writing: numbers as numbers, as
// narrow as they are; all else as text.
#pragma once

#include <cstddef>
#include <cstdint>
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

/// A stretch that `CsvChunk::put` has left.
struct CsvStretch {
  CsvChunk::Form form;
  std::size_t width;  ///< bytes of a number; of a text's length
  std::size_t rows;
  const std::byte* cells;  ///< of texts: the lengths
  const char* texts;
};

/// Takes the first `count` cells off the front of a stretch.
CsvStretch take_rows(CsvStretch& stretch, std::size_t count);

/// Takes the next stretch of `rows` cells off the front of `bytes`.
CsvStretch take_stretch(std::span<const std::byte>& bytes, std::size_t rows);

/// What a cell of the column takes where it is stored.
std::size_t stored_bytes(const ImportedColumn& column);

/// Writes a stretch as it is stored in `column` to `out`: integers of the column's width, doubles, times in
/// the column's unit, or padded texts; a cell that is missing, or bad, as NaN, the lowest int64 or an empty
/// text. Precondition: a column of texts has lost none.
void store(const CsvStretch& stretch, const ImportedColumn& column, const CellRules& rules, std::byte* out);

/// The same of a single cell.
void store_cell(const CsvField& field, const ImportedColumn& column, const CellRules& rules, std::byte* out);

}  // namespace psychograph::io
