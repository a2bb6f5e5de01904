// Tables that people and other programs read: a row each of something, named columns of equal length. In HDF5
// a group of datasets, in CSV a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "comm/communicator.hpp"
#include "io/input_file.hpp"
#include "io/output_file.hpp"

namespace psychograph::results {

/// A cell that there is none of: NaN, `no_count`, or the empty text. In CSV all of them are empty.
inline constexpr std::int64_t no_count = -1;

/// Invariant: all columns have as many rows.
struct TidyTable {
  using Cells = std::variant<std::vector<std::string>, std::vector<std::int64_t>, std::vector<double>>;
  struct Column {
    std::string name;
    Cells cells;
  };
  std::vector<Column> columns;

  void add(std::string name, Cells cells) { columns.push_back({std::move(name), std::move(cells)}); }
  [[nodiscard]] std::size_t rows() const;
  template <class T>
  [[nodiscard]] bool has(std::string_view name) const {
    for (const auto& one : columns) {
      if (one.name == name) return std::holds_alternative<std::vector<T>>(one.cells);
    }
    return false;
  }
  /// Precondition: the column is there, and of this type (`has`).
  template <class T>
  [[nodiscard]] const std::vector<T>& column(std::string_view name) const {
    for (const auto& one : columns) {
      if (one.name == name) return std::get<std::vector<T>>(one.cells);
    }
    std::abort();
  }
};

/// A table with a row for each of `rows`, column by column.
template <class Row>
class TableOf {
 public:
  explicit TableOf(std::vector<Row> rows) : rows_(std::move(rows)) {}
  /// `cell` makes a text, an int64 or a double of a row.
  template <class Cell>
  TableOf& add(const char* name, Cell cell) {
    std::vector<std::invoke_result_t<Cell, const Row&>> cells;
    for (const auto& row : rows_) cells.push_back(cell(row));
    table_.add(name, std::move(cells));
    return *this;
  }
  /// The last thing that is done with it.
  [[nodiscard]] TidyTable table() { return std::move(table_); }

 private:
  std::vector<Row> rows_;
  TidyTable table_;
};

/// Below `group` ("/profile"); the order of the columns is its attribute "columns". Collective.
void write_table(io::OutputFile& file, const std::string& group, const TidyTable& table);
/// Local. Throws a data error where it is damaged.
TidyTable read_table(const io::InputFile& file, const std::string& group);

/// As a cell of a CSV file: a text that a spreadsheet would take for a formula begins with an apostrophe.
std::string harmless(const std::string& text);

/// A header, and a line a row. A text that a spreadsheet would take for a formula begins with an apostrophe.
std::string to_csv(const TidyTable& table);

}  // namespace psychograph::results
