// One CSV file before any record of customers is read: its header, and where its records lie. Local.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include "io/csv_dialect.hpp"
#include "io/open_file.hpp"

namespace psychograph::io {

/// What is known of a file's format beforehand; what isn't is found out.
struct CsvFormat {
  std::optional<char> delimiter = {};
  std::optional<std::int64_t> header_rows = {};  ///< the first names the columns, the others are left out
};

/// Where the bytes of an input lie.
struct CsvSource {
  std::string name;   ///< as messages call it
  std::string bytes;  ///< a plain file: the input itself, or what was unpacked of it
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& name& bytes;
  }
};

/// One file. Its records are the bytes [data_begin, data_end): what lies between the header and any blank
/// lines at the end.
struct CsvFile {
  std::string path;   ///< as messages call it
  std::string bytes;  ///< the plain file where its bytes lie
  char delimiter = ',';
  std::vector<std::string> header;  ///< the name of every field
  std::vector<std::size_t> fields;  ///< which field of a record each column of the table is
  std::int64_t data_begin = 0;
  std::int64_t data_end = 0;
  std::int64_t data_line = 1;    ///< the physical line that data_begin lies on, from 1
  std::int64_t header_rows = 1;  ///< records above it
  FileState state;               ///< before anything was read
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& path& bytes& delimiter& header& fields& data_begin& data_end& data_line& header_rows& state;
  }
};

/// What was seen besides.
struct CsvRemarks {
  DecimalSigns decimal;
  std::vector<std::string> notices;  ///< what a user should know of
};

/// The file with its header: an empty name is `row_name` for the first field (R's row names) and
/// `column_3` for a later one; `fields` is still empty. The second and third record are part of the header
/// where they hold import ids, as Qualtrics writes them. Throws a data error (empty, another kind of file,
/// not UTF-8, lines that end in CR, a name twice, a name that HDF5 can't hold, an uncertain delimiter) or an
/// environment error (can't be read).
CsvFile read_csv_header(const CsvSource& source, const CsvFormat& format = {}, CsvRemarks* remarks = nullptr);
inline CsvFile read_csv_header(const std::string& path, const CsvFormat& format = {},
                               CsvRemarks* remarks = nullptr) {
  return read_csv_header(CsvSource{path, path}, format, remarks);
}

}  // namespace psychograph::io
