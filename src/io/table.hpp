// What a customer table is, before any cell is read: its layout, columns, files and rows. One rank looks;
// all know.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/serialization/map.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/utility.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/communicator.hpp"
#include "io/open_file.hpp"
#include "spec/spec.hpp"

namespace psychograph::io {

/// How the table lies in its files.
enum class Layout {
  columns,  ///< a group of equally long 1-D datasets
  matrix,   ///< one 2-D dataset with an attribute `columns`
  records,  ///< one 1-D compound dataset
};

enum class ColumnType {
  integer,
  floating,
  text,
  enumeration,  ///< an HDF5 enum
  coded,        ///< a group with `codes` and `categories`; or codes that name their categories
};

/// The names that an enumeration or a coded column gives to its stored integers, in one file.
struct Levels {
  std::vector<std::string> names;
  std::vector<std::int64_t> values;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& names& values;
  }
};

struct Column {
  std::string name;
  ColumnType type = ColumnType::floating;
  std::size_t bytes = 8;       ///< that a number takes in memory (stored_column.hpp); the most of all files
  std::vector<Levels> levels;  ///< one a file, for `enumeration` and `coded`
  bool globbed = true;         ///< false: globs leave it out (pandas' row index; a type that is none of ours)
  bool written_back = false;   ///< the program itself has put it into the table; globs leave it out, too
  bool codes_apart = false;    ///< coded: its cells are the dataset `codes` of a group
  std::string unreadable;      ///< why it can't be read; empty where it can
  std::string not_applied;  ///< attributes that say more of its cells than is heeded; empty where none does
  std::string kind;         ///< what the file says its kind is: "numeric", "ordinal", "categorical"; or empty
  std::string note;         ///< what the user of the column should be told besides; empty where nothing
  /// What files themselves mark as missing, by their index; not there where they mark nothing.
  std::map<std::size_t, spec::Sentinels> marked_missing;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& name& type& bytes& levels& globbed& written_back& codes_apart& unreadable& not_applied& kind&
        note& marked_missing;
  }

  /// What file number `file` marks as missing.
  [[nodiscard]] const spec::Sentinels& marked_in(std::size_t file) const;
};

/// Whether the column holds integers or floating numbers.
bool holds_numbers(const Column& column);
/// Whether it holds truth values, FALSE (0) and TRUE (1): h5py and PyTables store them so.
bool is_boolean(const Column& column);

struct TableFile {
  std::string path;
  std::int64_t rows = 0;
  std::int64_t chunk_rows = 1;  ///< shards begin at multiples of this, so that no chunk is decoded twice
  FileState state;              ///< at the first look
  std::vector<std::pair<std::string, FileState>> outside;  ///< other files that columns lie in
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& path& rows& chunk_rows& state& outside;
  }
};

/// A customer table over one or many files, their rows concatenated in the order of `files`.
struct Table {
  std::string name;  ///< the path inside the files
  Layout layout = Layout::columns;
  std::vector<Column> columns;  ///< sorted by name
  std::vector<TableFile> files;
  bool external = false;  ///< columns may lie in other files
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& name& layout& columns& files& external;
  }

  [[nodiscard]] std::int64_t rows() const;
  [[nodiscard]] std::optional<std::size_t> find(const std::string& column) const;
};

/// Where a global row lies.
struct RowPlace {
  std::size_t file;
  std::int64_t row;  ///< within the file
};
RowPlace place_of(const Table& table, std::int64_t global_row);
/// "customers.h5: column "spend", row 12" (rows counted from 0, as h5py does).
std::string cell_name(const Table& table, const std::string& column, std::int64_t global_row);
/// The table's files for a message: its one path, or "a.h5 and 3 more".
std::string files_name(const Table& table);

/// The files of these names and globs, sorted, each once. A name that exists is that file, whatever it would
/// match as a glob. Throws a data error where nothing is called or matches so, and for a folder.
std::vector<std::string> expand_globs(const std::vector<std::string>& globs);

/// Every file that reading the table may read: its own, and those that columns lie in where that is allowed.
/// Local. Throws as `open_table` does.
std::vector<std::string> files_read(const spec::Input& input);

/// Whether the name can be read as a glob.
bool is_glob(const std::string& name);
/// Whether `name` matches the glob `pattern` (*, ?, [a-z]).
bool matches_glob(const std::string& pattern, const std::string& name);

/// Looks at the files that `input` names. Collective: rank 0 looks. Throws a data error (not HDF5,
/// truncated, no such table, unequal lengths, files that differ, an empty table) or an environment error.
Table open_table(const comm::Communicator& world, const spec::Input& input);

/// A warning where attributes of the given columns say more of the cells than is heeded; else none.
std::vector<std::string> attribute_notices(const Table& table, std::span<const std::size_t> columns);

/// What else is to be told of how the given columns are read.
std::vector<std::string> reading_notices(const Table& table, std::span<const std::size_t> columns);

/// The column that somebody may have meant who wrote a glob that is no column's name: one whose name has the
/// same brackets, stars and question marks, and is near. Empty where there is none.
std::string likely_name(const Table& table, const std::string& glob);

/// The column called `name`. Throws a data error that names the nearest column, or the reason why the
/// column can't be read.
std::size_t require_column(const Table& table, const std::string& name, const std::string& wanted_by);

}  // namespace psychograph::io
