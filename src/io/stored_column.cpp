#include "io/stored_column.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "io/block.hpp"

namespace psychograph::io {
namespace {

Levels enum_levels(hid_t type) {
  Levels levels;
  const auto base = type_handle(H5Tget_super(type));
  for (unsigned i = 0; i < static_cast<unsigned>(std::max(0, H5Tget_nmembers(type))); ++i) {
    char* name = H5Tget_member_name(type, i);
    levels.names.emplace_back(name);
    H5free_memory(name);
    alignas(16) unsigned char value[16] = {};
    H5Tget_member_value(type, i, value);
    const bool is_unsigned = H5Tget_sign(base.get()) == H5T_SGN_NONE;  // then the bits, as in `integers`
    H5Tconvert(base.get(), is_unsigned ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64, 1, value, nullptr,
               H5P_DEFAULT);
    std::int64_t number = 0;
    std::memcpy(&number, value, sizeof number);
    levels.values.push_back(number);
  }
  return levels;
}

}  // namespace

std::string missing_filter(hid_t dataset) {
  const auto properties = property_handle(H5Dget_create_plist(dataset));
  const int filters = H5Pget_nfilters(properties.get());
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    char name[64] = "";
    const auto id = H5Pget_filter2(properties.get(), static_cast<unsigned>(i), &flags, &values, nullptr,
                                   sizeof name, name, nullptr);
    if (H5Zfilter_avail(id) > 0) continue;
    return fmt::format(
        "is stored with HDF5 filter {} ({}), whose plug-in is not installed: put it in a folder "
        "and name that in HDF5_PLUGIN_PATH, or rewrite the table with gzip",
        static_cast<int>(id), *name == '\0' ? "unnamed" : static_cast<const char*>(name));
  }
  return {};
}

std::int64_t chunk_rows(hid_t dataset) {
  const auto properties = property_handle(H5Dget_create_plist(dataset));
  if (H5Pget_layout(properties.get()) != H5D_CHUNKED) return 1;
  std::vector<hsize_t> dims(32);
  const int rank = H5Pget_chunk(properties.get(), 32, dims.data());
  return rank > 0 ? static_cast<std::int64_t>(dims[0]) : 1;
}

std::size_t bytes_in_memory(hid_t type) {
  const auto element = element_type(type);
  return is_number(element.code) ? element.size : sizeof(double);
}

Column column_of(std::string name, hid_t type) {
  Column column;
  column.name = std::move(name);
  column.bytes = bytes_in_memory(type);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      column.type = ColumnType::integer;
      break;
    case H5T_BITFIELD:  // how PyTables and pandas store booleans
      column.type = ColumnType::enumeration;
      column.levels.push_back({{"FALSE", "TRUE"}, {0, 1}});
      if (H5Tget_size(type) != 1) column.unreadable = "holds a bit field of more than 8 bits";
      break;
    case H5T_FLOAT:
      column.type = ColumnType::floating;
      break;
    case H5T_STRING:
      column.type = ColumnType::text;
      break;
    case H5T_ENUM:
      column.type = ColumnType::enumeration;
      column.levels.push_back(enum_levels(type));
      break;
    default:
      column.unreadable = "holds neither numbers, strings nor an enum";
      column.globbed = false;
      break;
  }
  return column;
}

std::vector<std::string> category_names(hid_t categories) {
  const auto type = type_handle(H5Dget_type(categories));
  if (H5Tget_class(type.get()) == H5T_STRING) return read_strings(categories);
  const auto space = space_handle(H5Dget_space(categories));
  const auto count =
      static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space.get())));
  const auto stored = element_type(type.get());
  std::vector<std::string> names;
  const auto read = [&](hid_t memory_type, void* values) {
    return count > 0 && H5Dread(categories, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
  };
  if (stored.is_integer) {
    std::vector<std::int64_t> values(count);
    if (!read(stored.is_unsigned ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64, values.data())) return names;
    for (const auto value : values) names.push_back(whole_text(stored, value));
  } else {
    std::vector<double> values(count);
    if (!read(H5T_NATIVE_DOUBLE, values.data())) return names;
    for (const double value : values) names.push_back(number_text(value));
  }
  return names;
}

}  // namespace psychograph::io
