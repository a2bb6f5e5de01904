// A column that the program itself has put into a customer table: how it is told from the customers' own
// columns, and how it gets into a file. Local.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "io/hdf5.hpp"

namespace psychograph::io {

/// Where a column comes from, kept beside it as attributes of these names.
struct ColumnOrigin {
  std::string program_version;    ///< `psychograph_version`: the mark of such a column
  std::string input_fingerprint;  ///< of the cells that it was made from
  std::string model_sha256;       ///< of the model that made it
};

/// Whether the program wrote this dataset into the table. Globs leave it out: else the segments of one run
/// would be a feature of the next.
bool is_written_back(hid_t dataset);

/// Throws a usage error where the table in columns in the file `path` can't take a column of that name: it
/// lies in another file (an external link), or has one that the program did not write.
void require_place_for_column(const std::string& path, const std::string& table, const std::string& column);

/// What a column adds to a file, at the most.
double column_bytes(std::int64_t rows);

/// An int32 column of a table in columns, made or replaced. Whatever fails within HDF5 is an environment
/// error, and its library of no use any more (abandon_hdf5).
class WrittenColumn {
 public:
  /// In the file `partial`, which messages call `path`.
  WrittenColumn(std::string path, const std::string& partial, const std::string& table, std::string column,
                std::int64_t rows, const ColumnOrigin& origin);

  /// Rows [first, first + values.size()) of the file.
  void write(std::int64_t first, std::span<const std::int32_t> values);
  /// Everything is with the operating system.
  void close();

 private:
  void make(hid_t table, std::int64_t rows);
  void list_in_order(hid_t table);
  void set_attribute(const char* name, const std::string& value);
  /// Throws unless `succeeded`.
  void require(bool succeeded, const char* action);

  std::string path_;
  std::string column_;
  Handle file_;
  Handle dataset_;
};

}  // namespace psychograph::io
