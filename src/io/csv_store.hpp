// From a stretch of cells, as the first look leaves it, to a column as it is stored.
#pragma once

#include <cstddef>
#include <span>

#include "io/csv_chunk.hpp"
#include "io/csv_guess.hpp"

namespace psychograph::io {

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
