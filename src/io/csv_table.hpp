// The CSV files of one table, before any record is read: their columns, and where their records lie. One
// rank looks; all know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/communicator.hpp"

namespace psychograph::io {

/// One file. Its records are the bytes [data_begin, data_end): what lies between the header and any blank
/// lines at the end.
struct CsvFile {
  std::string path;
  std::vector<std::string> header;  ///< the name of every field
  std::vector<std::size_t> fields;  ///< which field of a record each column of the table is
  std::int64_t data_begin = 0;
  std::int64_t data_end = 0;
  std::int64_t data_line = 1;  ///< the physical line that data_begin lies on, from 1
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& path& header& fields& data_begin& data_end& data_line;
  }
};

struct CsvTable {
  std::vector<std::string> columns;  ///< as they will be stored, in the order of the first file's header
  std::vector<CsvFile> files;        ///< sorted by path; their rows follow one another
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& columns& files;
  }
};

/// What of the files is wanted.
struct CsvInput {
  std::vector<std::string> globs;
  std::optional<std::string> id;                    ///< this column is stored as `customer_id`
  std::optional<std::vector<std::string>> columns;  ///< these and the id alone; none: all
};

/// The name under which the id is stored.
inline constexpr const char* csv_id_name = "customer_id";

/// The file at `path` with its header: an empty name is `row_name` for the first field (R's row names) and
/// `column_3` for a later one; `fields` is still empty. Local. Throws a data error (empty, not UTF-8, a name
/// twice, a name that HDF5 can't hold) or an environment error (can't be read).
CsvFile read_csv_header(const std::string& path);

/// The files that `input` names, with the wanted columns. Collective: rank 0 looks. Throws as
/// `read_csv_header` does, and a data error where files have different columns, where a wanted one is
/// nowhere, and where two would have one name.
CsvTable open_csv(const comm::Communicator& world, const CsvInput& input);

}  // namespace psychograph::io
