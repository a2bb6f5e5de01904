// One column of an HDF5 file on its way to CSV: read in blocks of rows, in any order of blocks, and written
// cell by cell as text (RFC 4180).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/hdf5.hpp"

namespace psychograph::io {

/// Appends `cell`, in quotes where it holds a comma, a quote or the end of a line.
void append_csv(std::string& text, std::string_view cell);

/// A one-dimensional dataset of integers (enums count as theirs), floating numbers or strings. Open it on
/// every rank of the file's communicator, in the same order.
class CsvColumn {
 public:
  /// Opens the dataset `name` of `file`, which messages call `path`. Throws a data error where it can't be
  /// opened or holds something else.
  CsvColumn(hid_t file, const std::string& path, const std::string& name);

  /// Bytes of memory that one row of a block takes.
  [[nodiscard]] std::size_t bytes_per_row() const;
  /// Makes room for blocks of up to `most_rows` rows, so that `read` needs none.
  void reserve(std::size_t most_rows);

  /// Reads rows [first, first + count); `count` may be 0. Collective over the file's communicator: every
  /// rank calls it, whatever failed elsewhere. Throws a data error.
  void read(std::int64_t first, std::size_t count);

  /// Whether the cells are integers.
  [[nodiscard]] bool is_integer() const {
    return kind_ == Kind::signed_integer || kind_ == Kind::unsigned_integer;
  }
  /// Cell `i` of the block. Precondition: is_integer().
  [[nodiscard]] std::int64_t integer(std::size_t i) const;
  /// Appends cell `i` of the block: numbers in the fewest digits that read back as the same, NaN as nothing.
  void append_cell(std::string& text, std::size_t i) const;

 private:
  enum class Kind {
    signed_integer,
    unsigned_integer,
    single_precision,
    double_precision,
    fixed_text,
    variable_text
  };
  template <class Value>
  [[nodiscard]] Value value(std::size_t i) const;
  void take_strings(hid_t memory, std::size_t count);

  std::string name_;  ///< for messages
  Handle dataset_;
  Handle stored_;                   ///< the type in the file
  hid_t wanted_ = H5I_INVALID_HID;  ///< the number type that cells are converted to
  Kind kind_ = Kind::signed_integer;
  std::size_t stored_size_ = 0;
  std::vector<std::byte> block_;
  std::vector<std::string> strings_;  ///< of a block of variable_text
};

}  // namespace psychograph::io
