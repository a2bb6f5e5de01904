#include "io/inspect.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "io/column_marks.hpp"
#include "io/fence.hpp"
#include "io/group_member.hpp"
#include "io/hdf5.hpp"
#include "io/links.hpp"
#include "io/storage.hpp"
#include "io/stored_column.hpp"
#include "io/text_encoding.hpp"

namespace psychograph::io {
namespace {

/// One file's view of the table, before the files are put together.
struct FileTable {
  Layout layout = Layout::columns;
  std::vector<Column> columns;
  TableFile file;
};

bool is_readable(const Column& column) { return column.unreadable.empty(); }

class Inspection {
 public:
  Inspection(const std::string& path, const std::string& table, bool external)
      : path_(path), table_(table), external_(external), access_(link_access(external, &refused_)) {}

  FileTable run() {
    result_.file.path = path_;
    result_.file.state = file_state(path_);
    open();
    const auto object = object_handle(H5Oopen(file_.get(), table_.c_str(), access_.get()));
    if (!object) fail_without_table();
    if (H5Iget_type(object.get()) == H5I_DATASET) {
      inspect_dataset(object.get(), table_);
    } else if (H5Iget_type(object.get()) == H5I_GROUP) {
      inspect_group(object.get());
    } else {
      fail(fmt::format("{} is neither a group nor a dataset", table_));
    }
    note_outside({file_of(object.get())});
    require_different_names();
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw core::data_error(fmt::format("{}: {}", path_, message));
  }

  void open() {
    require_readable(path_, "input.files");
    const auto recognised = H5Fis_hdf5(path_.c_str());
    if (recognised <= 0) fail("not an HDF5 file (CSV becomes one with: psychograph import)");
    file_ = file_handle(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    if (!file_) throw open_error(path_, "damaged or truncated");
  }

  [[noreturn]] void fail_without_table() const {
    const auto fault = open_fault(file_.get(), table_, refused_);
    if (!refused_.empty() || H5Lexists(file_.get(), table_.c_str(), H5P_DEFAULT) > 0)
      fail(fmt::format("{} {}", table_, fault));
    auto names = member_names(file_.get());
    for (auto& name : names) name = fmt::format("/{}", as_utf8(name));
    fail(fmt::format("there is no {}; the file holds {} (choose with input.table)", table_,
                     names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "))));
  }

  void note_outside(const std::vector<std::string>& files) {
    for (const auto& file : files) {
      const auto seen = [&](const auto& other) { return other.first == file; };
      auto& known = result_.file.outside;
      if (file != path_ && std::none_of(known.begin(), known.end(), seen))
        known.emplace_back(file, file_state(file));
    }
  }

  void require_different_names() const {
    std::set<std::string> names;
    for (const auto& column : result_.columns) {
      if (!names.insert(column.name).second)
        fail(fmt::format("{} has two columns of the name \"{}\": which is meant can't be told", table_,
                         column.name));
    }
  }

  /// Whole rows in one dataset.
  void inspect_dataset(hid_t dataset, const std::string& name) {
    const auto type = type_handle(H5Dget_type(dataset));
    const auto space = space_handle(H5Dget_space(dataset));
    const auto dims = dimensions(space.get());
    const bool records = dims.size() == 1 && H5Tget_class(type.get()) == H5T_COMPOUND;
    if (!records && dims.size() != 2) {
      fail(
          fmt::format("{} is no table: neither a group of columns, nor two-dimensional with an attribute "
                      "\"columns\", nor compound",
                      name));
    }
    const auto filter = missing_filter(dataset);
    if (!filter.empty()) fail(fmt::format("{} {}", name, filter));
    if (records) {
      inspect_records(dataset, type.get(), name);
    } else {
      inspect_matrix(dataset, type.get(), dims);
    }
    const auto storage = storage_of(dataset, external_);
    if (!storage.fault.empty()) fail(fmt::format("{} {}", name, storage.fault));
    result_.file.rows = static_cast<std::int64_t>(dims.front());
    result_.file.chunk_rows = chunk_rows(dataset, 0);
    require_stored(storage.whole);
    note_outside(storage.files);
  }

  void inspect_matrix(hid_t dataset, hid_t type, const std::vector<hsize_t>& dims) {
    result_.layout = Layout::matrix;
    const auto names = names_of_matrix(dataset);
    if (names.size() != dims[1] && names.size() == dims[0]) {
      fail(
          fmt::format("{} lies transposed: it is {}, and its attribute \"columns\" has {} names; rows are "
                      "customers, so write its transpose",
                      table_, shape_text(dims), names.size()));
    }
    if (names.size() != dims[1]) {
      fail(fmt::format("{} has {} columns, and its attribute \"columns\" names {}", table_, dims[1],
                       names.size()));
    }
    const auto marks = marks_of(dataset, type);
    for (const auto& name : names) {
      result_.columns.push_back(column_of(name, type));
      take_marks(result_.columns.back(), marks);
      if (result_.columns.back().type == ColumnType::text)
        result_.columns.back().unreadable = "holds text in a two-dimensional dataset";
    }
  }

  std::vector<std::string> names_of_matrix(hid_t dataset) const {
    try {
      return read_string_attribute(dataset, "columns");
    } catch (const core::Error& error) {
      fail(fmt::format("{}: its attribute \"columns\": {}", table_, error.what()));
    }
  }

  void inspect_records(hid_t dataset, hid_t type, const std::string& name) {
    result_.layout = Layout::records;
    for (unsigned i = 0; i < static_cast<unsigned>(std::max(0, H5Tget_nmembers(type))); ++i) {
      char* member = H5Tget_member_name(type, i);
      const auto member_type = type_handle(H5Tget_member_type(type, i));
      auto column = column_of(member == nullptr ? "" : member, member_type.get());
      H5free_memory(member);
      if (H5Tget_class(member_type.get()) == H5T_ARRAY && column.name.starts_with("values_block_")) {
        fail(fmt::format(
            "{} was written by pandas without data_columns=True, so its columns have no names of their "
            "own: write it with df.to_hdf(..., format=\"table\", data_columns=True)",
            name));
      }
      take_marks(column, marks_of_member(dataset, column.name, member_type.get()));
      result_.columns.push_back(std::move(column));
    }
    require_apart(type, name);
  }

  /// Members of a record share no byte, and end within it.
  void require_apart(hid_t type, const std::string& name) const {
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (unsigned i = 0; i < result_.columns.size(); ++i) {
      const auto member = type_handle(H5Tget_member_type(type, i));
      places.emplace_back(H5Tget_member_offset(type, i), H5Tget_size(member.get()));
    }
    std::sort(places.begin(), places.end());
    places.emplace_back(H5Tget_size(type), 0);
    for (std::size_t i = 0; i + 1 < places.size(); ++i) {
      if (places[i].second <= places[i + 1].first - std::min(places[i].first, places[i + 1].first)) continue;
      fail(fmt::format("{} is a compound whose members overlap, or reach beyond it", name));
    }
  }

  void inspect_group(hid_t group) {
    if (H5Lexists(group, "table", H5P_DEFAULT) > 0) {
      const auto dataset = object_handle(H5Oopen(group, "table", access_.get()));
      const auto type = type_handle(H5Iget_type(dataset.get()) == H5I_DATASET ? H5Dget_type(dataset.get())
                                                                              : H5I_INVALID_HID);
      if (type && H5Tget_class(type.get()) == H5T_COMPOUND) {
        inspect_dataset(dataset.get(), table_ + "/table");
        note_outside({file_of(dataset.get())});
        for (auto& column : result_.columns) column.globbed = column.globbed && column.name != "index";
        return;
      }
    }
    if (H5Lexists(group, "block0_values", H5P_DEFAULT) > 0) {
      fail(
          fmt::format("{} was written by pandas in its \"fixed\" format: write it with df.to_hdf(..., "
                      "format=\"table\", data_columns=True)",
                      table_));
    }
    result_.layout = Layout::columns;
    std::vector<GroupMember> vectors;
    for (const auto& name : member_names(group)) {
      auto member = group_member(group, path_, name, external_);
      if (!member) continue;
      if (member->shape.size() == 2 && member->rows) {
        vectors.push_back(std::move(*member));
      } else {
        add_member(std::move(*member));
      }
    }
    add_vectors(std::move(vectors));
    if (first_.empty() || !whole_) require_some_column();
    require_stored(whole_);
  }

  /// n x 1 and 1 x n: columns, where others are as long; they may be something else, too.
  void add_vectors(std::vector<GroupMember> vectors) {
    for (auto& vector : vectors) {
      if (!first_.empty() && *vector.rows != result_.file.rows) set_no_column(vector);
      add_member(std::move(vector));
    }
  }

  void require_some_column() const {
    const auto meant = std::find_if(result_.columns.begin(), result_.columns.end(), [](const Column& column) {
      return column.globbed && !is_readable(column);
    });
    if (meant != result_.columns.end()) fail(fmt::format("column \"{}\" {}", meant->name, meant->unreadable));
    if (first_.empty()) fail(fmt::format("{} holds no columns", table_));
  }

  void add_member(GroupMember member) {
    if (member.rows && first_.empty()) {
      first_ = member.column.name;
      result_.file.rows = *member.rows;
    } else if (member.rows && *member.rows != result_.file.rows) {
      fail(fmt::format("column \"{}\" has {} rows, \"{}\" has {}", member.column.name, *member.rows, first_,
                       result_.file.rows));
    }
    whole_ = whole_ || (member.whole && member.rows);
    if (is_readable(member.column)) {
      result_.file.chunk_rows = std::max(result_.file.chunk_rows, member.chunk_rows);
      note_outside(member.outside);
    }
    result_.columns.push_back(std::move(member.column));
  }

  /// A number of rows is believed where something of that length is there: memory is asked for by it.
  void require_stored(bool whole) const {
    if (whole || result_.file.rows == 0) return;
    fail(fmt::format("{} declares {} rows, and has no column with all of them stored", table_,
                     result_.file.rows));
  }

  std::string path_;
  std::string table_;
  bool external_;
  std::string refused_;  ///< the file that a link leads to which was not followed
  Handle access_;
  Handle file_;
  std::string first_;   ///< the first column, whose rows the others must have
  bool whole_ = false;  ///< some column has all its rows stored
  FileTable result_;
};

/// Adds one more file; its columns must be those of the files before it.
void append(Table& table, FileTable next) {
  const auto& first = table.files.front().path;
  if (next.layout != table.layout) {
    throw core::data_error(
        fmt::format("{}: its table is laid out otherwise than that of {}", next.file.path, first));
  }
  // A run that wrote back and was killed has not come to all files; what is no column need not be in all.
  std::erase_if(table.columns, [&](const Column& column) {
    const bool dispensable = column.written_back || (!column.globbed && !is_readable(column));
    return dispensable && std::none_of(next.columns.begin(), next.columns.end(),
                                       [&](const Column& c) { return c.name == column.name; });
  });
  std::unordered_map<std::string_view, Column*> by_name;
  for (auto& column : next.columns) by_name.emplace(column.name, &column);
  for (auto& column : table.columns) {
    const auto found = by_name.find(column.name);
    if (found == by_name.end()) {
      throw core::data_error(
          fmt::format("{}: no column \"{}\", which {} has", next.file.path, column.name, first));
    }
    auto* const same = found->second;
    const bool comparable = is_readable(*same) && is_readable(column);
    const bool alike = same->codes_apart == column.codes_apart &&
                       (same->type == column.type || (holds_numbers(*same) && holds_numbers(column)));
    if (comparable && !alike) {
      throw core::data_error(
          fmt::format("{}: column \"{}\" is of another type than in {}", next.file.path, column.name, first));
    }
    column.bytes = std::max(column.bytes, same->bytes);
    if (same->type == ColumnType::floating) column.type = ColumnType::floating;
    if (!same->levels.empty()) column.levels.push_back(std::move(same->levels.front()));
    if (is_readable(column) && !is_readable(*same)) {
      column.unreadable = same->unreadable;
      column.globbed = same->globbed;
    }
    if (column.note.empty()) column.note = same->note;
    if (column.not_applied.empty()) column.not_applied = same->not_applied;
    for (auto& [first_file, missing] : same->marked_missing)
      column.marked_missing[table.files.size()] = std::move(missing);
    for (const auto& [first_file, scale] : same->times) column.times[table.files.size()] = scale;
  }
  table.files.push_back(next.file);
}

/// What is wrong with a file that somebody is writing is that.
FileTable inspect(const std::string& path, const std::string& table, bool external) {
  const Fence fence(path);
  const auto state = file_state(path);
  try {
    return Inspection(path, table, external).run();
  } catch (const core::Error& error) {
    if (error.code() != core::ExitCode::data || file_state(path) == state) throw;
    throw changed_since_read(path);
  }
}

}  // namespace

Table inspect_table(const std::vector<std::string>& paths, const std::string& table_name, bool external) {
  Table table;
  table.name = table_name;
  table.external = external;
  for (const auto& path : paths) {
    auto next = inspect(path, table_name, external);
    if (table.files.empty()) {
      table.layout = next.layout;
      table.columns = std::move(next.columns);
      table.files.push_back(next.file);
    } else {
      append(table, std::move(next));
    }
  }
  std::sort(table.columns.begin(), table.columns.end(),
            [](const Column& a, const Column& b) { return a.name < b.name; });
  if (table.rows() == 0)
    throw core::data_error(fmt::format("{}: {} is empty: it has no rows", files_name(table), table.name));
  return table;
}

}  // namespace psychograph::io
