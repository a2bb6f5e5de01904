#include "io/csv_column.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include <fmt/compile.h>
#include <fmt/format.h>

#include "comm/hdf5_access.hpp"
#include "core/error.hpp"
#include "io/fence.hpp"
#include "io/links.hpp"

namespace psychograph::io {
namespace {

constexpr std::size_t number_size = 8;  // of int64 and double, the widest that cells are converted to

template <class Integer>
void append_integer(std::string& text, Integer value) {
  char digits[24];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  text.append(digits, static_cast<std::size_t>(end - digits));
}

template <class Floating>
void append_floating(std::string& text, Floating value) {
  if (std::isnan(value)) return;
  char digits[40];  // not to_chars: it would write the id 100000.0 as 1e+05
  const char* const end = fmt::format_to(std::begin(digits), FMT_COMPILE("{}"), value);
  text.append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace

void append_csv(std::string& text, std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    text += cell;
    return;
  }
  text += '"';
  for (const char c : cell) {
    if (c == '"') text += '"';
    text += c;
  }
  text += '"';
}

CsvColumn::CsvColumn(hid_t file, const std::string& path, const std::string& name)
    : name_(fmt::format("{}: {}", path, name)),
      dataset_(dataset_handle(H5Dopen2(file, name.c_str(), link_access(false).get()))) {
  if (!dataset_) throw core::data_error(fmt::format("{} can't be opened: {}", name_, last_hdf5_error()));
  const auto dims = dimensions(space_handle(H5Dget_space(dataset_.get())).get());
  if (dims.size() != 1) throw core::data_error(fmt::format("{} is no list of values", name_));
  stored_ = type_handle(H5Dget_type(dataset_.get()));
  const auto type_class = H5Tget_class(stored_.get());
  if (type_class == H5T_ENUM) stored_ = type_handle(H5Tget_super(stored_.get()));
  stored_size_ = H5Tget_size(stored_.get());
  if (type_class == H5T_STRING) {
    kind_ = H5Tis_variable_str(stored_.get()) > 0 ? Kind::variable_text : Kind::fixed_text;
  } else if (type_class == H5T_FLOAT) {
    const bool single = stored_size_ <= sizeof(float);
    kind_ = single ? Kind::single_precision : Kind::double_precision;
    wanted_ = single ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
  } else if (type_class == H5T_INTEGER || type_class == H5T_ENUM) {
    const bool has_sign = H5Tget_sign(stored_.get()) != H5T_SGN_NONE;
    kind_ = has_sign ? Kind::signed_integer : Kind::unsigned_integer;
    wanted_ = has_sign ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64;
  } else {
    throw core::data_error(fmt::format("{} holds neither numbers nor strings", name_));
  }
}

std::size_t CsvColumn::bytes_per_row() const { return std::max(stored_size_, number_size); }

void CsvColumn::reserve(std::size_t most_rows) { block_.resize(most_rows * bytes_per_row()); }

void CsvColumn::read(std::int64_t first, std::size_t count) {
  const Fence fence(name_);
  const auto extent = static_cast<hsize_t>(count);
  const auto start = static_cast<hsize_t>(first);
  const auto memory = space_handle(H5Screate_simple(1, &extent, nullptr));
  const auto file_space = space_handle(H5Dget_space(dataset_.get()));
  if (count == 0) {
    H5Sselect_none(memory.get());
    H5Sselect_none(file_space.get());
  } else {
    H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, &start, nullptr, &extent, nullptr);
  }
  // In the file's own type: a collective read that converts would become an independent one. Strings of
  // variable length can only be read independently.
  const auto memory_type = type_handle(H5Dget_type(dataset_.get()));
  const auto transfer = property_handle(comm::parallel_transfer(kind_ != Kind::variable_text));
  bool done = H5Dread(dataset_.get(), memory_type.get(), memory.get(), file_space.get(), transfer.get(),
                      block_.data()) >= 0;
  if (done && wanted_ != H5I_INVALID_HID) {
    done = H5Tconvert(stored_.get(), wanted_, count, block_.data(), nullptr, H5P_DEFAULT) >= 0;
  }
  if (!done) {
    throw core::data_error(
        fmt::format("{} can't be read from row {} on: {}", name_, first, last_hdf5_error()));
  }
  if (kind_ == Kind::variable_text) take_strings(memory.get(), count);
}

void CsvColumn::take_strings(hid_t memory, std::size_t count) {
  strings_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* pointer = value<const char*>(i);
    strings_[i] = pointer == nullptr ? "" : pointer;
  }
  if (count > 0) H5Dvlen_reclaim(stored_.get(), memory, H5P_DEFAULT, block_.data());
}

template <class Value>
Value CsvColumn::value(std::size_t i) const {
  Value result;
  std::memcpy(&result, block_.data() + i * sizeof result, sizeof result);
  return result;
}

std::int64_t CsvColumn::integer(std::size_t i) const { return value<std::int64_t>(i); }

void CsvColumn::append_cell(std::string& text, std::size_t i) const {
  switch (kind_) {
    case Kind::signed_integer:
      return append_integer(text, value<std::int64_t>(i));
    case Kind::unsigned_integer:
      return append_integer(text, value<std::uint64_t>(i));
    case Kind::single_precision:
      return append_floating(text, value<float>(i));
    case Kind::double_precision:
      return append_floating(text, value<double>(i));
    case Kind::variable_text:
      return append_csv(text, strings_[i]);
    case Kind::fixed_text:
      break;
  }
  const auto* cell = reinterpret_cast<const char*>(block_.data() + i * stored_size_);
  std::string_view characters(cell, strnlen(cell, stored_size_));
  if (H5Tget_strpad(stored_.get()) == H5T_STR_SPACEPAD) {
    while (characters.ends_with(' ')) characters.remove_suffix(1);
  }
  append_csv(text, characters);
}

}  // namespace psychograph::io
