#include "io/stored_column.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/block.hpp"
#include "io/storage.hpp"
#include "io/text_encoding.hpp"

namespace psychograph::io {
namespace {

/// Codes and ids are held in 8 bytes; a wider integer would be cut to them.
constexpr std::size_t most_integer_bytes = sizeof(std::int64_t);

constexpr const char* not_utf8 = "text that is not UTF-8, or has a zero byte in it: read as Latin-1";

bool is_short_integer(hid_t type) {
  return H5Tget_class(type) == H5T_INTEGER && H5Tget_size(type) <= most_integer_bytes &&
         H5Tget_size(type) > 0;
}

/// Names as UTF-8; `note` is set where one was not.
void put_in_utf8(std::vector<std::string>& names, std::string& note) {
  for (auto& name : names) {
    auto text = as_utf8(name);
    if (text == name) continue;
    if (note.empty()) note = fmt::format("has the category \"{}\": {}", text, not_utf8);
    name = std::move(text);
  }
}

/// Precondition: an enum of short integers.
Levels enum_levels(hid_t type) {
  Levels levels;
  const auto base = type_handle(H5Tget_super(type));
  const bool is_unsigned = H5Tget_sign(base.get()) == H5T_SGN_NONE;
  for (unsigned i = 0; i < static_cast<unsigned>(std::max(0, H5Tget_nmembers(type))); ++i) {
    char* name = H5Tget_member_name(type, i);
    levels.names.emplace_back(name == nullptr ? "" : name);
    H5free_memory(name);
    std::int64_t value = 0;
    H5Tget_member_value(type, i, &value);
    H5Tconvert(base.get(), is_unsigned ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64, 1, &value, nullptr,
               H5P_DEFAULT);
    levels.values.push_back(value);
  }
  return levels;
}

void set_enumeration(Column& column, hid_t type) {
  column.type = ColumnType::enumeration;
  column.levels.emplace_back();
  const auto base = type_handle(H5Tget_super(type));
  if (!is_short_integer(base.get()) || H5Tget_size(base.get()) != H5Tget_size(type)) {
    column.unreadable = "holds an enum whose values are no integers of up to 8 bytes";
    return;
  }
  column.levels.front() = enum_levels(type);
  put_in_utf8(column.levels.front().names, column.note);
}

bool is_complex(hid_t type) {
  if (H5Tget_class(type) != H5T_COMPOUND || H5Tget_nmembers(type) != 2) return false;
  const auto part = type_handle(H5Tget_member_type(type, 0));
  char* name = H5Tget_member_name(type, 0);
  const bool real = name != nullptr && (std::string(name) == "r" || std::string(name) == "real");
  H5free_memory(name);
  return real && H5Tget_class(part.get()) == H5T_FLOAT;
}

std::string what_it_holds(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_COMPOUND:
      return is_complex(type) ? "complex numbers" : "compounds of several values";
    case H5T_VLEN:
      return "lists of variable length";
    case H5T_ARRAY:
      return "arrays of several values";
    case H5T_REFERENCE:
      return "references";
    case H5T_OPAQUE:
      return "opaque bytes";
    case H5T_TIME:
      return "HDF5's times";
    case H5T_STRING:
      return "text";
    case H5T_FLOAT:
      return "floating numbers";
    case H5T_ENUM:
      return "an enum";
    case H5T_INTEGER:
      return fmt::format("integers of {} bytes", H5Tget_size(type));
    default:
      return "cells of a type that HDF5 doesn't know";
  }
}

template <class Number>
std::vector<std::string> number_names(hid_t categories, hid_t type, std::size_t count, std::string& fault) {
  std::vector<Number> numbers(count);
  std::vector<std::string> names;
  if (H5Dread(categories, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()) < 0) {
    fault = fmt::format("has categories that can't be read: {}", last_hdf5_error());
    return names;
  }
  for (const Number number : numbers) {
    if constexpr (std::is_floating_point_v<Number>) {
      names.push_back(number_text(number));
    } else {
      names.push_back(fmt::format("{}", number));
    }
  }
  return names;
}

/// Categories that are an enum themselves (AnnData's, of booleans) go by the names of its values.
std::vector<std::string> enum_names(hid_t categories, hid_t type, std::size_t count, std::string& fault) {
  auto column = column_of("", type);
  if (!column.unreadable.empty()) {
    fault = fmt::format("has categories of an enum that can't be read");
    return {};
  }
  std::vector<std::byte> cells(count * H5Tget_size(type));
  if (H5Dread(categories, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, cells.data()) < 0) {
    fault = fmt::format("has categories that can't be read: {}", last_hdf5_error());
    return {};
  }
  const auto element = element_type(type);
  std::vector<std::int64_t> codes(count);
  integers({0, 0, 0, count, cells.data(), element.size, &element}, codes);
  const auto& levels = column.levels.front();
  std::vector<std::string> names;
  for (const auto code : codes) {
    const auto place = std::find(levels.values.begin(), levels.values.end(), code);
    names.push_back(place == levels.values.end()
                        ? fmt::format("{}", code)
                        : levels.names[static_cast<std::size_t>(place - levels.values.begin())]);
  }
  return names;
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

std::int64_t chunk_rows(hid_t dataset, std::size_t axis) {
  const auto properties = property_handle(H5Dget_create_plist(dataset));
  if (H5Pget_layout(properties.get()) != H5D_CHUNKED) return 1;
  std::vector<hsize_t> dims(32);
  const int rank = H5Pget_chunk(properties.get(), 32, dims.data());
  return rank > static_cast<int>(axis) ? std::max<std::int64_t>(1, static_cast<std::int64_t>(dims[axis])) : 1;
}

std::optional<std::size_t> rows_axis(const std::vector<hsize_t>& dims) {
  if (dims.size() == 1 || (dims.size() == 2 && dims[1] == 1)) return 0;
  if (dims.size() == 2 && dims[0] == 1) return 1;
  return std::nullopt;
}

std::size_t bytes_in_memory(hid_t type) {
  const auto element = element_type(type);
  return is_number(element.code) ? element.size : sizeof(double);
}

Column column_of(const std::string& name, hid_t type) {
  Column column;
  column.name = as_utf8(name);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      column.type = ColumnType::integer;
      if (!is_short_integer(type))
        column.unreadable = fmt::format("holds {}, and 8 are the most", what_it_holds(type));
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
      set_enumeration(column, type);
      break;
    default:
      column.unreadable =
          fmt::format("holds {}, which are neither numbers, strings nor an enum", what_it_holds(type));
      column.globbed = false;
      break;
  }
  if (column.unreadable.empty() && H5Tget_size(type) == 0) column.unreadable = "holds cells of no bytes";
  if (column.name != name)
    column.unreadable = "has a name that is not UTF-8, or has a zero byte in it: rename it";
  if (column.unreadable.empty()) column.bytes = bytes_in_memory(type);
  return column;
}

std::vector<std::string> category_names(hid_t categories, std::string& fault) {
  const auto type = type_handle(H5Dget_type(categories));
  const auto space = space_handle(H5Dget_space(categories));
  const auto dims = dimensions(space.get());
  const auto storage = storage_of(categories, false);
  auto filter = missing_filter(categories);
  constexpr hsize_t most = hsize_t{1}
                           << 24;  // what is declared costs nothing, and a name takes 32 bytes here
  if (dims.size() != 1) {
    fault = "has categories that are no list";
  } else if (!storage.fault.empty() || !filter.empty()) {
    fault = fmt::format("has a list of categories that {}", storage.fault.empty() ? filter : storage.fault);
  }
  if (fault.empty() && dims.front() > most)
    fault = fmt::format("has {} categories: {} are the most that can be read", dims.front(), most);
  if (!fault.empty()) return {};
  const auto count = static_cast<std::size_t>(dims.front());
  switch (H5Tget_class(type.get())) {
    case H5T_STRING:
      return read_strings(categories);
    case H5T_FLOAT:
      return number_names<double>(categories, H5T_NATIVE_DOUBLE, count, fault);
    case H5T_ENUM:
      return enum_names(categories, type.get(), count, fault);
    case H5T_INTEGER:
      if (!is_short_integer(type.get())) break;
      return H5Tget_sign(type.get()) == H5T_SGN_NONE
                 ? number_names<std::uint64_t>(categories, H5T_NATIVE_UINT64, count, fault)
                 : number_names<std::int64_t>(categories, H5T_NATIVE_INT64, count, fault);
    default:
      break;
  }
  fault = fmt::format("has categories that are {}, neither words nor numbers", what_it_holds(type.get()));
  return {};
}

Column coded_column_of(const std::string& name, hid_t codes, std::vector<std::string> categories) {
  Column column;
  column.name = as_utf8(name);
  column.type = ColumnType::coded;
  if (is_short_integer(codes)) {
    column.bytes = bytes_in_memory(codes);
  } else {
    column.unreadable =
        fmt::format("has codes that are {}: integers of up to 8 bytes are wanted", what_it_holds(codes));
  }
  put_in_utf8(categories, column.note);
  Levels levels{std::move(categories), {}};
  for (std::size_t i = 0; i < levels.names.size(); ++i) levels.values.push_back(static_cast<std::int64_t>(i));
  column.levels.push_back(std::move(levels));
  if (column.name != name) column.unreadable = "has a name that is not UTF-8: rename it";
  return column;
}

bool is_stored_as(const Column& column, hid_t type) {
  if (column.type == ColumnType::coded) return is_short_integer(type);
  const auto found = column_of("", type);
  // A number may be an integer in one file and a floating one in another.
  const bool number = found.type == ColumnType::integer || found.type == ColumnType::floating;
  const bool wanted = column.type == ColumnType::integer || column.type == ColumnType::floating;
  return found.unreadable.empty() && (found.type == column.type || (number && wanted)) &&
         found.bytes <= column.bytes;
}

}  // namespace psychograph::io
