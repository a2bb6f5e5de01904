#include "io/carried_attributes.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/hdf5_access.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/column_marks.hpp"
#include "io/fence.hpp"
#include "io/links.hpp"
#include "io/text_encoding.hpp"

namespace psychograph::io {
namespace {

/// What says how a column lies in its file, which it does no more, and what the reader heeds elsewhere.
constexpr std::array<std::string_view, 9> of_the_file{"CLASS",          "NAME",
                                                      "DIMENSION_LIST", "REFERENCE_LIST",
                                                      "_Netcdf4Dimid",  "_Netcdf4Coordinates",
                                                      "encoding-type",  "encoding-version",
                                                      "categories"};
constexpr std::array<std::string_view, 3> mark_names{"_FillValue", "missing_value", "rhdf5-NA.OK"};
constexpr std::array<std::string_view, 2> measures{"units", "calendar"};
constexpr std::size_t most_bytes = 64'000;  // what HDF5 keeps in an object's header

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

CarriedAttributes read_attribute(hid_t object, const std::string& name, const std::string& as) {
  const auto attribute = attribute_handle(H5Aopen(object, name.c_str(), H5P_DEFAULT));
  const auto type = type_handle(H5Aget_type(attribute.get()));
  const auto space = space_handle(H5Aget_space(attribute.get()));
  const auto extent = dimensions(space.get());
  CarriedAttribute found{as_utf8(as), {extent.begin(), extent.end()}, {}, {}, {}};
  const auto count = H5Sget_simple_extent_npoints(space.get());
  const auto size = H5Tget_size(type.get());
  if (count <= 0 || size == 0 || static_cast<std::size_t>(count) > most_bytes / size) return {};
  const auto kind = H5Tget_class(type.get());
  if (kind == H5T_STRING) {
    if (extent.size() > 1) return {};
    for (const auto& text : read_string_attribute(object, name.c_str())) found.texts.push_back(as_utf8(text));
    return {std::move(found)};
  }
  if (kind != H5T_INTEGER && kind != H5T_FLOAT && kind != H5T_ENUM) return {};
  std::size_t encoded = 0;
  H5Tencode(type.get(), nullptr, &encoded);
  found.type.resize(encoded);
  found.bytes.resize(static_cast<std::size_t>(count) * size);
  if (H5Tencode(type.get(), found.type.data(), &encoded) < 0 ||
      H5Aread(attribute.get(), type.get(), found.bytes.data()) < 0)
    return {};
  return {std::move(found)};
}

/// Those of an object that is a column, or a matrix of them.
CarriedAttributes column_attributes_of(hid_t object) {
  CarriedAttributes found;
  for (const auto& name : attribute_names(object)) {
    if (is_one_of(of_the_file, name) || name == "columns") continue;
    for (auto& attribute : read_attribute(object, name, name)) found.push_back(std::move(attribute));
  }
  return found;
}

/// Of the member of a dataset of records pandas tells the type.
CarriedAttributes attributes_of_member(hid_t dataset, const std::string& member) {
  const auto name = member + "_dtype";
  if (H5Aexists(dataset, name.c_str()) <= 0) return {};
  return read_attribute(dataset, name, "dtype");
}

std::vector<CarriedAttributes> read_file(const Table& table, const std::string& path,
                                         std::span<const std::size_t> columns) {
  const Fence fence(path);
  const auto access = property_handle(comm::reading_file_access());
  const auto file = file_handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()));
  if (!file) throw open_error(path, "damaged or truncated");
  const auto links = link_access(table.external);
  auto object = object_handle(H5Oopen(file.get(), table.name.c_str(), links.get()));
  if (table.layout != Layout::columns && H5Iget_type(object.get()) == H5I_GROUP)
    object = object_handle(H5Oopen(object.get(), "table", links.get()));
  std::vector<CarriedAttributes> found;
  for (const auto c : columns) {
    const auto& name = table.columns[c].name;
    if (table.layout == Layout::records) {
      found.push_back(attributes_of_member(object.get(), name));
    } else if (table.layout == Layout::matrix) {
      found.push_back(column_attributes_of(object.get()));
    } else {
      found.push_back(
          column_attributes_of(object_handle(H5Oopen(object.get(), name.c_str(), links.get())).get()));
    }
  }
  return found;
}

/// What each of them says, of a column's measure.
std::string measure_of(const CarriedAttributes& attributes) {
  std::string text;
  for (const auto& attribute : attributes) {
    if (is_one_of(measures, attribute.name) && attribute.texts.size() == 1)
      text += fmt::format("{}{}", text.empty() ? "" : ", ", attribute.texts.front());
  }
  return text.empty() ? "nothing said" : text;
}

void require_same_measures(const Table& table, std::span<const std::size_t> columns,
                           const std::vector<CarriedAttributes>& first,
                           const std::vector<CarriedAttributes>& other, const std::string& path) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto ours = measure_of(first[i]);
    const auto theirs = measure_of(other[i]);
    if (ours == theirs) continue;
    throw core::data_error(fmt::format("{}: column \"{}\" has the units \"{}\", and in {} \"{}\"", path,
                                       table.columns[columns[i]].name, theirs, table.files.front().path,
                                       ours));
  }
}

}  // namespace

std::vector<std::string> attribute_names(hid_t object) {
  std::vector<std::string> names;
  H5Aiterate2(
      object, H5_INDEX_NAME, H5_ITER_INC, nullptr,
      [](hid_t, const char* name, const H5A_info_t*, void* list) -> herr_t {
        static_cast<std::vector<std::string>*>(list)->emplace_back(name);
        return 0;
      },
      &names);
  return names;
}

bool tell_time(const CarriedAttributes& attributes) {
  return std::any_of(attributes.begin(), attributes.end(), [](const CarriedAttribute& attribute) {
    return attribute.texts.size() == 1 && tells_time(attribute.texts.front());
  });
}

CarriedAttributes without_marks(CarriedAttributes attributes) {
  std::erase_if(attributes, [](const CarriedAttribute& one) { return is_one_of(mark_names, one.name); });
  return attributes;
}

std::vector<CarriedAttributes> column_attributes(const comm::Communicator& world, const Table& table,
                                                 std::span<const std::size_t> columns) {
  return comm::run_on_root(world, [&] {
    auto first = read_file(table, table.files.front().path, columns);
    for (std::size_t f = 1; f < table.files.size(); ++f) {
      const auto& path = table.files[f].path;
      require_same_measures(table, columns, first, read_file(table, path, columns), path);
    }
    return first;
  });
}

void write_attributes(OutputFile& file, const std::string& object, const CarriedAttributes& attributes) {
  for (const auto& attribute : attributes) {
    if (attribute.texts.empty()) {
      const auto type = type_handle(H5Tdecode(attribute.type.data()));
      file.set_attribute(object, attribute.name.c_str(), type.get(), attribute.dims, attribute.bytes.data());
      continue;
    }
    std::size_t longest = 1;
    for (const auto& text : attribute.texts) longest = std::max(longest, text.size());
    std::string bytes(attribute.texts.size() * longest, '\0');
    for (std::size_t i = 0; i < attribute.texts.size(); ++i)
      attribute.texts[i].copy(bytes.data() + i * longest, longest);
    file.set_attribute(object, attribute.name.c_str(), string_type(longest).get(), attribute.dims,
                       bytes.data());
  }
}

}  // namespace psychograph::io
