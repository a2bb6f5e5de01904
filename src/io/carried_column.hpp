// A column of a table that is written anew into another file: in its own type wherever that can be, with its
// categories and attributes, and with gaps where rows have no cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/block.hpp"
#include "io/carried_attributes.hpp"
#include "io/cell_types.hpp"
#include "io/hdf5.hpp"
#include "io/output_file.hpp"
#include "io/table.hpp"

namespace psychograph::io {

class CarriedColumn {
 public:
  /// Numbers keep their type: where files differ, the narrowest of int64, uint64 and double that is any of
  /// theirs. Rows without a cell (`gaps`) have NaN among floating numbers; among whole ones the first value
  /// that marks missing ones, the lowest int64 where they are times, else NaN, and the column becomes one of
  /// doubles. Texts are of the longest's length, "" in gaps. Enums stay enums where all files have the same
  /// and there are no gaps; categories else, of the files' names in the order of their coming, -1 in gaps.
  CarriedColumn(const Table& table, std::size_t column, const CellTypes& types, CarriedAttributes attributes,
                bool gaps);

  /// Bytes of a cell.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// What a row without a cell has [bytes()].
  [[nodiscard]] const std::byte* gap() const { return gap_.data(); }
  /// Whether whole numbers have become doubles, for their gaps.
  [[nodiscard]] bool is_widened() const { return widened_; }

  /// Creates the dataset, in `group` of the file, for `rows` rows, with all that lies beside the cells.
  /// Collective. Throws an environment error.
  void create(OutputFile& file, const std::string& group, const std::string& name, std::int64_t rows) const;
  /// The dataset of the cells.
  [[nodiscard]] std::string dataset(const std::string& group, const std::string& name) const;

  /// The cells of a block of the column, whose first row is the global row `first_row`, as they are written,
  /// `stride` bytes apart. Local. Throws a data error (file, column, row) for a whole number that the type
  /// would change.
  void copy(const RawBlock& block, std::int64_t first_row, std::byte* out, std::size_t stride) const;

 private:
  enum class Form { number, text, enumeration, categories };

  void choose_number(const CellTypes& types, bool gaps);
  void choose_categories(const CellTypes& types, bool gaps);
  void set_code(ElementType::Code code);
  /// Puts `value` into the gap, in the column's type.
  void set_gap(std::int64_t value);
  [[nodiscard]] std::optional<std::int64_t> marked_gap() const;
  [[nodiscard]] bool marks_differ() const;
  [[nodiscard]] std::vector<bool> marked(const RawBlock& block) const;
  void copy_numbers(const RawBlock& block, std::int64_t first_row, std::byte* out, std::size_t stride) const;
  void copy_whole(const RawBlock& block, std::int64_t first_row, std::byte* out, std::size_t stride) const;
  void copy_floating(const RawBlock& block, std::int64_t first_row, std::byte* out, std::size_t stride) const;
  void copy_text(const RawBlock& block, std::byte* out, std::size_t stride) const;
  void copy_categories(const RawBlock& block, std::byte* out, std::size_t stride) const;
  void require_exact(const RawBlock& block, std::int64_t first_row, std::span<const double> values) const;

  const Table* table_;
  std::size_t column_;
  CarriedAttributes attributes_;
  Form form_ = Form::number;
  ElementType::Code code_ = ElementType::Code::f64;  ///< of numbers and codes
  Handle type_;
  std::size_t bytes_ = 0;
  std::vector<std::byte> gap_;
  bool utf8_ = true;
  bool widened_ = false;
  bool marks_as_gaps_ = false;           ///< missing cells are written as gaps: files mark them otherwise
  std::vector<std::string> categories_;  ///< of coded ones
  std::vector<std::unordered_map<std::int64_t, std::int32_t>> code_of_;  ///< by file, of stored values
};

}  // namespace psychograph::io
