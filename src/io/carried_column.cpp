#include "io/carried_column.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/figure.hpp"
#include "io/stored_whole.hpp"
#include "io/text_encoding.hpp"

namespace psychograph::io {
namespace {

using Code = ElementType::Code;

constexpr double exact_to = 0x1p53;  // beyond, doubles leave whole numbers out
constexpr auto lowest_time = std::numeric_limits<std::int64_t>::min();

template <std::size_t size>
void copy_cells(const RawBlock& block, std::byte* out, std::size_t stride) {
  for (std::size_t i = 0; i < block.count; ++i)
    std::memcpy(out + i * stride, block.data + i * block.stride, size);
}

void copy_cells(const RawBlock& block, std::size_t size, std::byte* out, std::size_t stride) {
  switch (size) {
    case 1:
      return copy_cells<1>(block, out, stride);
    case 2:
      return copy_cells<2>(block, out, stride);
    case 4:
      return copy_cells<4>(block, out, stride);
    default:
      return copy_cells<8>(block, out, stride);
  }
}

Handle enum_type(Code code, const Levels& levels) {
  auto type = type_handle(H5Tenum_create(native_number(code)));
  for (std::size_t i = 0; i < levels.names.size(); ++i) {
    std::byte value[sizeof(std::int64_t)];
    store_whole(code, std::span(&levels.values[i], 1), value, sizeof value);
    H5Tenum_insert(type.get(), levels.names[i].c_str(), value);
  }
  return type;
}

bool same_levels(const Column& column) {
  return std::all_of(column.levels.begin(), column.levels.end(), [&](const Levels& levels) {
    return levels.names == column.levels.front().names && levels.values == column.levels.front().values;
  });
}

bool same_marks(const spec::Sentinels& one, const spec::Sentinels& other) {
  return one.numbers == other.numbers && one.texts == other.texts;
}

}  // namespace

CarriedColumn::CarriedColumn(const Table& table, std::size_t column, const CellTypes& types,
                             CarriedAttributes attributes, bool gaps)
    : table_(&table), column_(column), attributes_(std::move(attributes)), utf8_(types.utf8) {
  marks_as_gaps_ = marks_differ();
  switch (table.columns[column].type) {
    case ColumnType::text:
      form_ = Form::text;
      bytes_ = types.longest;
      type_ = string_type(bytes_);
      gap_.assign(bytes_, std::byte{0});
      break;
    case ColumnType::integer:
    case ColumnType::floating:
      choose_number(types, gaps);
      break;
    case ColumnType::enumeration:
    case ColumnType::coded:
      choose_categories(types, gaps);
      break;
  }
  if (marks_as_gaps_) attributes_ = without_marks(std::move(attributes_));
}

bool CarriedColumn::marks_differ() const {
  const auto& column = table_->columns[column_];
  for (std::size_t f = 1; f < table_->files.size(); ++f) {
    if (!same_marks(column.marked_in(f), column.marked_in(0))) return true;
  }
  return false;
}

void CarriedColumn::set_code(Code code) {
  code_ = code;
  type_ = type_handle(H5Tcopy(native_number(code)));
  bytes_ = H5Tget_size(type_.get());
  gap_.assign(bytes_, std::byte{0});
  if (code == Code::f32) {
    const auto value = std::numeric_limits<float>::quiet_NaN();
    std::memcpy(gap_.data(), &value, sizeof value);
  } else if (code == Code::f64) {
    std::memcpy(gap_.data(), &core::not_a_number, sizeof core::not_a_number);
  }
}

void CarriedColumn::set_gap(std::int64_t value) {
  store_whole(code_, std::span<const std::int64_t>(&value, 1), gap_.data(), bytes_);
}

/// The first value that marks missing cells, and can be one of the column's.
std::optional<std::int64_t> CarriedColumn::marked_gap() const {
  std::optional<std::int64_t> found;
  with_whole_type(code_, [&](auto of_type) {
    using Type = decltype(of_type);
    for (const auto& mark : table_->columns[column_].marked_in(0).numbers) {
      if (mark.value != std::floor(mark.value) || mark.rest != 0) continue;
      if (mark.value < static_cast<double>(std::numeric_limits<Type>::min()) ||
          mark.value >= std::ldexp(1.0, std::numeric_limits<Type>::digits))
        continue;
      if (!found) found = static_cast<std::int64_t>(static_cast<Type>(mark.value));
    }
  });
  return found;
}

void CarriedColumn::choose_number(const CellTypes& types, bool gaps) {
  const auto has = [&](auto of) { return std::any_of(types.codes.begin(), types.codes.end(), of); };
  const bool floating = has([](Code code) { return !is_whole(code); });
  const bool one = types.codes.size() == 1;
  const auto widest = floating                                                 ? Code::f64
                      : has([](Code code) { return !is_unsigned_code(code); }) ? Code::i64
                                                                               : Code::u64;
  set_code(one ? types.codes.front() : widest);
  // What marks missing cells may be the lowest number of a type that is no longer the column's.
  if ((!one || types.odd) && !table_->columns[column_].marked_missing.empty()) marks_as_gaps_ = true;
  if (floating || (!gaps && !marks_as_gaps_)) return;
  const auto mark = marks_as_gaps_ ? std::nullopt : marked_gap();
  if (tell_time(attributes_) && code_ != Code::u64) {
    if (!mark) set_code(Code::i64);
    set_gap(mark.value_or(lowest_time));
  } else if (mark) {
    set_gap(*mark);
  } else {
    set_code(Code::f64);
    widened_ = true;
  }
}

void CarriedColumn::choose_categories(const CellTypes& types, bool gaps) {
  const auto& column = table_->columns[column_];
  const bool one = types.codes.size() == 1 && same_levels(column) && !types.odd;
  if (column.type == ColumnType::enumeration && one && !gaps && !marks_as_gaps_) {
    form_ = Form::enumeration;
    set_code(is_boolean(column) ? Code::i8 : types.codes.front());  // so that h5py takes them for such
    type_ = enum_type(code_, column.levels.front());
    return;
  }
  form_ = Form::categories;
  marks_as_gaps_ = true;
  std::unordered_map<std::string, std::int32_t> known;
  for (const auto& levels : column.levels) {
    auto& codes = code_of_.emplace_back();
    for (std::size_t i = 0; i < levels.names.size(); ++i) {
      const auto [place, is_new] =
          known.try_emplace(levels.names[i], static_cast<std::int32_t>(categories_.size()));
      if (is_new) categories_.push_back(levels.names[i]);
      codes.emplace(levels.values[i], place->second);
    }
  }
  set_code(categories_.size() < 128 ? Code::i8 : categories_.size() < 32768 ? Code::i16 : Code::i32);
  set_gap(-1);
}

std::string CarriedColumn::dataset(const std::string& group, const std::string& name) const {
  return fmt::format("{}/{}{}", group, name, form_ == Form::categories ? "/codes" : "");
}

void CarriedColumn::create(OutputFile& file, const std::string& group, const std::string& name,
                           std::int64_t rows) const {
  file.create(dataset(group, name), type_.get(), {rows});
  const auto object = fmt::format("{}/{}", group, name);
  if (form_ == Form::categories) file.write_strings(object + "/categories", categories_);
  write_attributes(file, object, attributes_);
}

void CarriedColumn::copy(const RawBlock& block, std::int64_t first_row, std::byte* out,
                         std::size_t stride) const {
  switch (form_) {
    case Form::enumeration:
      return copy_cells(block, bytes_, out, stride);
    case Form::number:
      return copy_numbers(block, first_row, out, stride);
    case Form::text:
      return copy_text(block, out, stride);
    case Form::categories:
      return copy_categories(block, out, stride);
  }
}

void CarriedColumn::copy_numbers(const RawBlock& block, std::int64_t first_row, std::byte* out,
                                 std::size_t stride) const {
  if (block.type->code == code_ && !marks_as_gaps_) {
    copy_cells(block, bytes_, out, stride);
  } else if (is_whole(code_)) {
    copy_whole(block, first_row, out, stride);
  } else {
    copy_floating(block, first_row, out, stride);
  }
}

/// Which cells of a block of numbers its file marks as missing.
std::vector<bool> CarriedColumn::marked(const RawBlock& block) const {
  std::vector<bool> missing(block.count, false);
  const auto& marks = table_->columns[column_].marked_in(block.file);
  if (marks.numbers.empty()) return missing;
  std::vector<double> values(block.count);
  numbers(block, marks, values);
  for (std::size_t i = 0; i < block.count; ++i) missing[i] = std::isnan(values[i]);
  return missing;
}

void CarriedColumn::copy_whole(const RawBlock& block, std::int64_t first_row, std::byte* out,
                               std::size_t stride) const {
  std::vector<std::int64_t> values(block.count);
  integers(block, values);
  if (block.type->is_unsigned && !is_unsigned_code(code_)) {
    const auto huge = std::find_if(values.begin(), values.end(), [](auto value) { return value < 0; });
    if (huge != values.end()) {
      throw core::data_error(fmt::format(
          "{}: {} is more than the signed whole numbers of the other files can be: give all files one type",
          cell_name(*table_, table_->columns[column_].name, first_row + (huge - values.begin())),
          static_cast<std::uint64_t>(*huge)));
    }
  }
  store_whole(code_, std::span<const std::int64_t>(values), out, stride);
  if (!marks_as_gaps_) return;
  const auto missing = marked(block);
  for (std::size_t i = 0; i < block.count; ++i) {
    if (missing[i]) std::memcpy(out + i * stride, gap_.data(), bytes_);
  }
}

void CarriedColumn::require_exact(const RawBlock& block, std::int64_t first_row,
                                  std::span<const double> values) const {
  if (!block.type->is_integer || block.type->size < sizeof(std::int64_t)) return;
  std::vector<std::int64_t> whole;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(std::abs(values[i]) >= exact_to)) continue;  // what is missing, too
    if (whole.empty()) {
      whole.resize(values.size());
      integers(block, whole);
    }
    const auto magnitude = block.type->is_unsigned || whole[i] >= 0 ? static_cast<std::uint64_t>(whole[i])
                                                                    : -static_cast<std::uint64_t>(whole[i]);
    if (magnitude <= static_cast<std::uint64_t>(exact_to)) continue;
    const auto& name = table_->columns[column_].name;
    throw core::data_error(
        fmt::format("{}: {} is beyond 2^53, and a column of whole numbers that gets gaps becomes one of "
                    "float64, which would change it: store \"{}\" as text, say in an attribute _FillValue "
                    "which number stands for a missing one, or leave the column out (--columns)",
                    cell_name(*table_, name, first_row + static_cast<std::int64_t>(i)),
                    whole_text(*block.type, whole[i]), name));
  }
}

void CarriedColumn::copy_floating(const RawBlock& block, std::int64_t first_row, std::byte* out,
                                  std::size_t stride) const {
  std::vector<double> values(block.count);
  static const spec::Sentinels none;
  numbers(block, marks_as_gaps_ ? table_->columns[column_].marked_in(block.file) : none, values);
  require_exact(block, first_row, values);
  for (std::size_t i = 0; i < block.count; ++i) {
    if (code_ == Code::f32) {
      const auto value = static_cast<float>(values[i]);
      std::memcpy(out + i * stride, &value, sizeof value);
    } else {
      std::memcpy(out + i * stride, &values[i], sizeof values[i]);
    }
  }
}

void CarriedColumn::copy_text(const RawBlock& block, std::byte* out, std::size_t stride) const {
  const auto& marks = table_->columns[column_].marked_in(block.file).texts;
  for (std::size_t i = 0; i < block.count; ++i) {
    auto cell = text(block, i);
    std::string converted;
    if (!utf8_) cell = converted = as_utf8(cell);
    if (marks_as_gaps_ && std::find(marks.begin(), marks.end(), cell) != marks.end()) cell = {};
    if (cell.size() > bytes_) throw changed_since_read(table_->files[block.file].path);
    std::memcpy(out + i * stride, cell.data(), cell.size());
    std::memset(out + i * stride + cell.size(), 0, bytes_ - cell.size());
  }
}

void CarriedColumn::copy_categories(const RawBlock& block, std::byte* out, std::size_t stride) const {
  std::vector<std::int64_t> values(block.count);
  integers(block, values);
  const auto missing = marked(block);
  const auto& codes = code_of_[block.file];
  for (std::size_t i = 0; i < block.count; ++i) {
    const auto place = missing[i] ? codes.end() : codes.find(values[i]);
    values[i] = place == codes.end() ? -1 : place->second;
  }
  store_whole(code_, std::span<const std::int64_t>(values), out, stride);
}

}  // namespace psychograph::io
