#include "io/written_column.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "comm/hdf5_access.hpp"
#include "core/error.hpp"
#include "io/output_file.hpp"

namespace psychograph::io {
namespace {

constexpr const char* mark = "psychograph_version";

bool is_ours(hid_t table, const std::string& column) {
  H5L_info_t link{};
  if (H5Lget_info(table, column.c_str(), &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD) return false;
  const auto object = object_handle(H5Oopen(table, column.c_str(), H5P_DEFAULT));
  return object && H5Iget_type(object.get()) == H5I_DATASET && is_written_back(object.get());
}

/// Whether `rows` int32 values can take the place of the dataset's own.
bool can_hold(hid_t dataset, std::int64_t rows) {
  const auto type = type_handle(H5Dget_type(dataset));
  const auto space = space_handle(H5Dget_space(dataset));
  const auto creation = property_handle(H5Dget_create_plist(dataset));
  return H5Tequal(type.get(), H5T_STD_I32LE) > 0 && H5Pget_layout(creation.get()) == H5D_CONTIGUOUS &&
         H5Pget_external_count(creation.get()) == 0 &&
         dimensions(space.get()) == std::vector<hsize_t>{static_cast<hsize_t>(rows)};
}

bool write_texts(hid_t object, const char* name, hid_t type, hid_t space, const void* texts) {
  if (H5Aexists(object, name) > 0 && H5Adelete(object, name) < 0) return false;
  const auto attribute = attribute_handle(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
  return attribute && H5Awrite(attribute.get(), type, texts) >= 0;
}

}  // namespace

bool is_written_back(hid_t dataset) { return H5Aexists(dataset, mark) > 0; }

void require_place_for_column(const std::string& path, const std::string& table, const std::string& column) {
  const auto refuse = [&](const std::string& why) {
    throw core::usage_error(fmt::format("{}: {}", path, why));
  };
  const auto access = property_handle(comm::reading_file_access());
  const auto file = file_handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()));
  const auto group = object_handle(H5Oopen(file.get(), table.c_str(), H5P_DEFAULT));
  if (!group) throw core::data_error(fmt::format("{}: can't be read: {}", path, last_hdf5_error()));
  if (file_of(group.get()) != file_of(file.get()))
    refuse(fmt::format("{} lies in {}: name that file as input to write back", table, file_of(group.get())));
  if (H5Lexists(group.get(), column.c_str(), H5P_DEFAULT) > 0 && !is_ours(group.get(), column)) {
    refuse(
        fmt::format("{} has a \"{}\" of its own, which --write-back did not write: choose another name with "
                    "--write-back-column",
                    table, column));
  }
}

double column_bytes(std::int64_t rows) {
  // Headers, and what the table's index of names grows by. It is given back when the column is written.
  constexpr double header_bytes = 256 << 10;
  return static_cast<double>(rows) * sizeof(std::int32_t) + header_bytes;
}

WrittenColumn::WrittenColumn(std::string path, const std::string& partial, const std::string& table,
                             std::string column, std::int64_t rows, const ColumnOrigin& origin)
    : path_(std::move(path)),
      column_(std::move(column)),
      file_(file_handle(H5Fopen(partial.c_str(), H5F_ACC_RDWR, H5P_DEFAULT))) {
  require(static_cast<bool>(file_), "can't be opened for writing");
  const auto group = object_handle(H5Oopen(file_.get(), table.c_str(), H5P_DEFAULT));
  require(group && file_of(group.get()) == file_of(file_.get()), "has lost its table");
  make(group.get(), rows);
  set_attribute(mark, origin.program_version);
  set_attribute("input_fingerprint", origin.input_fingerprint);
  set_attribute("model_sha256", origin.model_sha256);
  list_in_order(group.get());
}

void WrittenColumn::require(bool succeeded, const char* action) {
  if (succeeded) return;
  const auto reason = last_hdf5_error();
  abandon_hdf5();
  dataset_.release();
  file_.release();
  throw core::environment_error(fmt::format("{}: {}: {}", path_, action, reason));
}

void WrittenColumn::make(hid_t table, std::int64_t rows) {
  const char* name = column_.c_str();
  if (H5Lexists(table, name, H5P_DEFAULT) > 0) {
    dataset_ = dataset_handle(H5Dopen2(table, name, H5P_DEFAULT));
    if (dataset_ && can_hold(dataset_.get(), rows)) return;
    dataset_.reset();
    require(H5Ldelete(table, name, H5P_DEFAULT) >= 0, "can't replace the column");
  }
  const auto extent = static_cast<hsize_t>(rows);
  const auto space = space_handle(H5Screate_simple(1, &extent, nullptr));
  const auto creation = property_handle(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_alloc_time(creation.get(), H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
  H5Pset_obj_track_times(creation.get(), false);
  dataset_ = dataset_handle(
      H5Dcreate2(table, name, H5T_STD_I32LE, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT));
  require(static_cast<bool>(dataset_), "can't add the column");
}

void WrittenColumn::set_attribute(const char* name, const std::string& value) {
  const auto before = read_string_attribute(dataset_.get(), name);
  if (before == std::vector{value}) return;
  const auto space = space_handle(H5Screate(H5S_SCALAR));
  const std::string bytes = value.empty() ? std::string(1, '\0') : value;
  require(write_texts(dataset_.get(), name, string_type(bytes.size()).get(), space.get(), bytes.data()),
          "can't write an attribute");
}

/// AnnData reads the columns that an attribute of the group lists, and wants to be told what each is.
void WrittenColumn::list_in_order(hid_t table) {
  constexpr const char* order = "column-order";
  if (H5Aexists(table, order) <= 0) return;
  set_attribute("encoding-type", "array");
  set_attribute("encoding-version", "0.2.0");
  auto names = read_string_attribute(table, order);
  if (std::find(names.begin(), names.end(), column_) != names.end()) return;
  names.push_back(column_);
  std::vector<const char*> texts;
  for (const auto& name : names) texts.push_back(name.c_str());
  const auto type = type_handle(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  const hsize_t count = texts.size();
  const auto space = space_handle(H5Screate_simple(1, &count, nullptr));
  require(write_texts(table, order, type.get(), space.get(), texts.data()), "can't list the column");
}

void WrittenColumn::write(std::int64_t first, std::span<const std::int32_t> values) {
  const auto start = static_cast<hsize_t>(first);
  const auto count = static_cast<hsize_t>(values.size());
  if (count == 0) return;
  const auto memory = space_handle(H5Screate_simple(1, &count, nullptr));
  const auto space = space_handle(H5Dget_space(dataset_.get()));
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &start, nullptr, &count, nullptr);
  require(
      H5Dwrite(dataset_.get(), H5T_NATIVE_INT32, memory.get(), space.get(), H5P_DEFAULT, values.data()) >= 0,
      "can't write the column");
}

void WrittenColumn::close() {
  require(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL) >= 0, "can't be written");
  require(dataset_.reset() >= 0 && file_.reset() >= 0, "can't be closed");
}

}  // namespace psychograph::io
