// The first look at one column of CSV cells: of what kinds they are, and where the first of each stands.
// Local.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "io/csv_chunk.hpp"
#include "io/csv_guess.hpp"
#include "io/csv_part_records.hpp"

namespace psychograph::io {

/// A text longer than this can't be imported: each cell of its column would take as many bytes.
inline constexpr std::size_t longest_text_cell = std::size_t{1} << 20;
/// What speaks against a cell of so many bytes, for a message: "a text of 2.1 MB: each cell ...".
std::string too_long_for_text(std::size_t bytes);

/// A cell of one rank.
struct SeenCell {
  CellPlace place;
  std::string text;
};
using FirstCells = std::array<SeenCell, cell_kinds>;

/// The kinds of texts that were looked at a moment ago: few words make up most columns of texts.
class KnownTexts {
 public:
  /// Null where the text is not known. Precondition: not empty.
  [[nodiscard]] const CellKind* find(std::string_view text) const;
  void keep(std::string_view text, CellKind kind);

 private:
  struct Known {
    std::size_t size = 0;  // no text is empty
    CellKind kind = CellKind::text;
    std::array<char, 47> text{};
  };
  std::vector<Known> known_;
};

/// A column, as its cells go by.
class ColumnLook {
 public:
  ColumnLook(std::size_t column, const CsvTable& table)
      : column_(column), is_id_(column == table.id), asked_(table.asked[column]) {}

  /// The first `rows` cells of a batch of records: into `chunk`, and the first ones of their kinds into
  /// `firsts`. Throws a data error (text that isn't UTF-8 or is longer than `longest_text_cell`; a missing
  /// id).
  void look(const PartRecords& records, std::size_t rows, const CellRules& rules, CsvChunk& chunk,
            FirstCells& firsts);
  /// The row that was looked at last.
  [[nodiscard]] std::size_t row() const { return row_; }

  [[nodiscard]] const ColumnGuess& guess() const { return guess_; }
  /// Whether a chunk has values of which the text is not kept.
  [[nodiscard]] bool lost_text() const { return lost_text_; }
  /// Whether ids that are integers are written as integers are.
  [[nodiscard]] bool canonical() const { return canonical_; }

 private:
  CellKind kind_of_text(const PartRecords& records, std::size_t row, const CsvField& field, char decimal);
  void look_at_id(const PartRecords& records, std::size_t row, const Cell& cell, const CsvField& field);
  void give_as_text(const PartRecords& records, std::size_t last, const CellRules& rules,
                    CsvChunk& chunk) const;

  std::size_t column_;
  bool is_id_;
  AskedType asked_;
  ColumnGuess guess_;
  KnownTexts known_;
  std::size_t row_ = 0;
  bool lost_text_ = false;
  bool canonical_ = true;
};

}  // namespace psychograph::io
