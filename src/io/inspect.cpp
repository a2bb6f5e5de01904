#include "io/inspect.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "io/column_marks.hpp"
#include "io/hdf5.hpp"
#include "io/stored_column.hpp"
#include "io/written_column.hpp"

namespace psychograph::io {
namespace {

/// One file's view of the table, before the files are put together.
struct FileTable {
  Layout layout = Layout::columns;
  std::vector<Column> columns;
  TableFile file;
};

Levels levels_of(std::vector<std::string> categories) {
  Levels levels{std::move(categories), {}};
  for (std::size_t i = 0; i < levels.names.size(); ++i) levels.values.push_back(static_cast<std::int64_t>(i));
  return levels;
}

/// Of the one file that the column is known from.
void take_marks(Column& column, ColumnMarks marks) {
  if (column.unreadable.empty()) column.unreadable = std::move(marks.unreadable);
  column.not_applied = std::move(marks.not_applied);
  if (!marks.missing.empty()) column.marked_missing[0] = std::move(marks.missing);
}

class Inspection {
 public:
  Inspection(const std::string& path, const std::string& table) : path_(path), table_(table) {}

  FileTable run() {
    open();
    result_.file.path = path_;
    if (H5Lexists(file_.get(), table_.c_str(), H5P_DEFAULT) <= 0) fail_without_table();
    auto object = object_handle(H5Oopen(file_.get(), table_.c_str(), H5P_DEFAULT));
    if (H5Iget_type(object.get()) == H5I_DATASET) {
      inspect_dataset(object.get(), table_);
    } else if (H5Iget_type(object.get()) == H5I_GROUP) {
      inspect_group(object.get());
    } else {
      fail(fmt::format("{} is neither a group nor a dataset", table_));
    }
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
    std::vector<std::string> names;
    H5Literate(
        file_.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr,
        [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
          static_cast<std::vector<std::string>*>(list)->push_back(fmt::format("/{}", name));
          return 0;
        },
        &names);
    fail(fmt::format("there is no {}; the file holds {} (choose with input.table)", table_,
                     names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "))));
  }

  void note_storage(hid_t dataset) {
    result_.file.chunk_rows = std::max(result_.file.chunk_rows, chunk_rows(dataset));
  }

  void set_rows(hid_t dataset) {
    const auto space = space_handle(H5Dget_space(dataset));
    const auto dims = dimensions(space.get());
    result_.file.rows = dims.empty() ? 0 : static_cast<std::int64_t>(dims.front());
  }

  void inspect_dataset(hid_t dataset, const std::string& name) {
    const auto type = type_handle(H5Dget_type(dataset));
    const auto space = space_handle(H5Dget_space(dataset));
    const auto dims = dimensions(space.get());
    const auto filter = missing_filter(dataset);
    if (!filter.empty()) fail(fmt::format("{} {}", name, filter));
    set_rows(dataset);
    note_storage(dataset);
    if (dims.size() == 1 && H5Tget_class(type.get()) == H5T_COMPOUND) {
      inspect_records(dataset, type.get(), name);
    } else if (dims.size() == 2) {
      inspect_matrix(dataset, type.get(), dims[1]);
    } else {
      fail(
          fmt::format("{} is no table: neither a group of columns, nor two-dimensional with an attribute "
                      "\"columns\", nor compound",
                      name));
    }
  }

  void inspect_matrix(hid_t dataset, hid_t type, hsize_t width) {
    result_.layout = Layout::matrix;
    const auto names = read_string_attribute(dataset, "columns");
    if (names.size() != width) {
      fail(fmt::format("{} has {} columns, and its attribute \"columns\" names {}", table_, width,
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

  void inspect_records(hid_t dataset, hid_t type, const std::string& name) {
    result_.layout = Layout::records;
    for (unsigned i = 0; i < static_cast<unsigned>(H5Tget_nmembers(type)); ++i) {
      char* member = H5Tget_member_name(type, i);
      const auto member_type = type_handle(H5Tget_member_type(type, i));
      auto column = column_of(member, member_type.get());
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
  }

  void inspect_group(hid_t group) {
    if (H5Lexists(group, "table", H5P_DEFAULT) > 0) {
      const auto dataset = object_handle(H5Oopen(group, "table", H5P_DEFAULT));
      const auto type = type_handle(H5Iget_type(dataset.get()) == H5I_DATASET ? H5Dget_type(dataset.get())
                                                                              : H5I_INVALID_HID);
      if (type && H5Tget_class(type.get()) == H5T_COMPOUND) {
        inspect_dataset(dataset.get(), table_ + "/table");
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
    std::vector<std::string> names;
    H5Literate(
        group, H5_INDEX_NAME, H5_ITER_INC, nullptr,
        [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
          static_cast<std::vector<std::string>*>(list)->emplace_back(name);
          return 0;
        },
        &names);
    for (const auto& name : names) add_member(group, name);
    if (result_.columns.empty()) fail(fmt::format("{} holds no columns", table_));
  }

  /// A member of a group: a 1-D dataset, or a group with codes and categories. Anything else is no column.
  void add_member(hid_t group, const std::string& name) {
    const auto object = object_handle(H5Oopen(group, name.c_str(), H5P_DEFAULT));
    if (!object) return;
    if (H5Iget_type(object.get()) == H5I_GROUP && H5Lexists(object.get(), "codes", H5P_DEFAULT) > 0 &&
        H5Lexists(object.get(), "categories", H5P_DEFAULT) > 0) {
      const auto codes = dataset_handle(H5Dopen2(object.get(), "codes", H5P_DEFAULT));
      const auto categories = dataset_handle(H5Dopen2(object.get(), "categories", H5P_DEFAULT));
      Column column;
      column.name = name;
      column.type = ColumnType::coded;
      column.codes_apart = true;
      column.bytes = bytes_in_memory(type_handle(H5Dget_type(codes.get())).get());
      column.levels.push_back(levels_of(category_names(categories.get())));
      add_dataset(codes.get(), std::move(column));
    } else if (H5Iget_type(object.get()) == H5I_DATASET) {
      const auto type = type_handle(H5Dget_type(object.get()));
      auto column = column_of(name, type.get());
      take_marks(column, marks_of(object.get(), type.get()));
      if (column.type == ColumnType::integer) {
        if (auto names = categories_of(object.get())) {
          column.type = ColumnType::coded;
          if (names->empty()) column.unreadable = "names its categories in an attribute that can't be read";
          column.levels.push_back(levels_of(std::move(*names)));
        }
      }
      column.written_back = is_written_back(object.get());
      column.globbed = column.globbed && !column.written_back;
      add_dataset(object.get(), std::move(column));
    }
  }

  void add_dataset(hid_t dataset, Column column) {
    const auto space = space_handle(H5Dget_space(dataset));
    const auto dims = dimensions(space.get());
    if (dims.size() != 1) return;
    const auto rows = static_cast<std::int64_t>(dims[0]);
    if (result_.columns.empty()) {
      result_.file.rows = rows;
    } else if (rows != result_.file.rows) {
      fail(fmt::format("column \"{}\" has {} rows, \"{}\" has {}", column.name, rows,
                       result_.columns.front().name, result_.file.rows));
    }
    if (column.unreadable.empty()) column.unreadable = missing_filter(dataset);
    note_storage(dataset);
    result_.columns.push_back(std::move(column));
  }

  std::string path_;
  std::string table_;
  Handle file_;
  FileTable result_;
};

/// Adds one more file; its columns must be those of the files before it.
void append(Table& table, FileTable next) {
  const auto& first = table.files.front().path;
  if (next.layout != table.layout) {
    throw core::data_error(
        fmt::format("{}: its table is laid out otherwise than that of {}", next.file.path, first));
  }
  // A run that wrote back and was killed has not come to all files.
  std::erase_if(table.columns, [&](const Column& column) {
    return column.written_back && std::none_of(next.columns.begin(), next.columns.end(),
                                               [&](const Column& c) { return c.name == column.name; });
  });
  for (auto& column : table.columns) {
    const auto same = std::find_if(next.columns.begin(), next.columns.end(),
                                   [&](const Column& c) { return c.name == column.name; });
    if (same == next.columns.end()) {
      throw core::data_error(
          fmt::format("{}: no column \"{}\", which {} has", next.file.path, column.name, first));
    }
    if (same->codes_apart != column.codes_apart ||
        (same->type != column.type && !(holds_numbers(*same) && holds_numbers(column)))) {
      throw core::data_error(
          fmt::format("{}: column \"{}\" is of another type than in {}", next.file.path, column.name, first));
    }
    column.bytes = std::max(column.bytes, same->bytes);
    if (same->type == ColumnType::floating) column.type = ColumnType::floating;
    if (!same->levels.empty()) column.levels.push_back(std::move(same->levels.front()));
    if (column.unreadable.empty()) column.unreadable = same->unreadable;
    if (column.not_applied.empty()) column.not_applied = same->not_applied;
    for (auto& [first_file, missing] : same->marked_missing)
      column.marked_missing[table.files.size()] = std::move(missing);
  }
  table.files.push_back(next.file);
}

}  // namespace

Table inspect_table(const std::vector<std::string>& paths, const std::string& table_name) {
  Table table;
  table.name = table_name;
  for (const auto& path : paths) {
    auto next = Inspection(path, table_name).run();
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
