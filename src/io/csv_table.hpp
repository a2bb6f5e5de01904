// The CSV files of one table, before any record is read: their columns, and where their records lie. One
// rank looks; all know.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/communicator.hpp"
#include "io/csv_guess.hpp"
#include "io/csv_header.hpp"

namespace psychograph::io {

struct CsvTable {
  std::vector<std::string> columns;  ///< as they will be stored, in the order of the first file's header
  std::vector<AskedType> asked;      ///< by column
  std::vector<CsvFile> files;        ///< sorted by path; their rows follow one another
  std::size_t id = no_column;        ///< which column holds the ids
  char decimal = '.';
  std::vector<std::string> notices;  ///< what a user should know of
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& columns& asked& files& id& decimal& notices;
  }

  static constexpr std::size_t no_column = SIZE_MAX;
};

/// What of the files is wanted.
struct CsvInput {
  std::vector<std::string> globs;                        ///< of plain files
  std::optional<std::string> id = {};                    ///< this column is stored as `customer_id`
  std::optional<std::vector<std::string>> columns = {};  ///< these and the id alone; none: all
  std::vector<std::pair<std::string, AskedType>> types = {};
  CsvFormat format = {};
  std::optional<char> decimal = {};     ///< none: found out
  std::vector<CsvSource> sources = {};  ///< sorted by name; before the files of the globs
};

/// The name under which the id is stored.
inline constexpr const char* csv_id_name = "customer_id";

/// The files that `input` names, with the wanted columns. Collective: rank 0 looks. Throws as
/// `read_csv_header` does, and a data error where files have different columns, where a wanted one is
/// nowhere, and where two would have one name, and a usage error where the id is asked to be a fraction.
CsvTable open_csv(const comm::Communicator& world, const CsvInput& input);

}  // namespace psychograph::io
