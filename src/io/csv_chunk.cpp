#include "io/csv_chunk.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/figure.hpp"

namespace psychograph::io {
namespace {

constexpr std::int64_t missing_integer = std::numeric_limits<std::int64_t>::min();

struct Head {
  CsvChunk::Form form;
  std::uint8_t width;
  std::uint64_t text_bytes;
};

template <class Value>
void append(std::vector<std::byte>& bytes, const Value* values, std::size_t count) {
  const auto* begin = reinterpret_cast<const std::byte*>(values);
  bytes.insert(bytes.end(), begin, begin + count * sizeof(Value));
}

/// Calls `use` with a number of the integer type that is `width` bytes wide.
template <class Use>
void with_integer(std::size_t width, Use use) {
  switch (width) {
    case 1:
      return use(std::int8_t{});
    case 2:
      return use(std::int16_t{});
    case 4:
      return use(std::int32_t{});
    default:
      return use(std::int64_t{});
  }
}

/// The narrowest width whose lowest value none of them has, but for what is missing.
std::size_t width_of(const std::vector<std::int64_t>& integers) {
  std::int64_t least = 0;
  std::int64_t largest = 0;
  for (const auto value : integers) {
    least = std::min(least, value == missing_integer ? 0 : value);
    largest = std::max(largest, value);
  }
  for (const std::size_t width : {1, 2, 4}) {
    const auto limit = std::int64_t{1} << (8 * width - 1);
    if (least > -limit && largest < limit) return width;
  }
  return sizeof(std::int64_t);
}

/// Appends what `narrow` makes of each value.
template <class Value, class Narrow>
void append_each(std::vector<std::byte>& bytes, const std::vector<Value>& values, const Narrow& narrow) {
  using Narrowed = decltype(narrow(values.front()));
  const auto at = bytes.size();
  bytes.resize(at + values.size() * sizeof(Narrowed));
  auto* out = bytes.data() + at;
  for (const auto value : values) {
    const Narrowed narrowed = narrow(value);
    std::memcpy(out, &narrowed, sizeof narrowed);
    out += sizeof narrowed;
  }
}

template <class Value>
Value value_at(const std::byte* cells, std::size_t row) {
  Value value;
  std::memcpy(&value, cells + row * sizeof value, sizeof value);
  return value;
}

template <class Value>
void put_at(std::byte* out, std::size_t row, Value value) {
  std::memcpy(out + row * sizeof value, &value, sizeof value);
}

/// The lowest of any width becomes int64's.
template <class Narrow>
std::int64_t widened(Narrow value) {
  return value == std::numeric_limits<Narrow>::min() ? missing_integer : std::int64_t{value};
}

void store_integers(const CsvStretch& stretch, const ImportedColumn& column, std::byte* out) {
  with_integer(stretch.width, [&](auto from) {
    using From = decltype(from);
    if (column.type == CsvType::floating) {
      for (std::size_t row = 0; row < stretch.rows; ++row) {
        const auto value = widened(value_at<From>(stretch.cells, row));
        put_at(out, row, value == missing_integer ? core::not_a_number : static_cast<double>(value));
      }
      return;
    }
    with_integer(column.bytes, [&](auto to) {
      using To = decltype(to);
      for (std::size_t row = 0; row < stretch.rows; ++row)
        put_at(out, row, static_cast<To>(value_at<From>(stretch.cells, row)));
    });
  });
}

void store_times(const CsvStretch& stretch, const ImportedColumn& column, std::byte* out) {
  const auto step = core::microseconds_in(column.unit);
  for (std::size_t row = 0; row < stretch.rows; ++row) {
    const auto value = value_at<std::int64_t>(stretch.cells, row);
    put_at(out, row, value == missing_integer ? missing_integer : value / step);
  }
}

void store_text(std::string_view text, const ImportedColumn& column, std::byte* out) {
  std::copy(text.begin(), text.end(), reinterpret_cast<char*>(out));
  std::memset(out + text.size(), 0, column.length - text.size());
}

void store_number(std::string_view text, const ImportedColumn& column, const CellRules& rules,
                  std::byte* out) {
  const auto cell = read_cell(text, rules);
  const bool is_missing = cell.kind == CellKind::missing || cell.kind == CellKind::nan ||
                          is_bad(cell.kind, column.type, column.whole);
  if (column.type == CsvType::integer) {
    with_integer(column.bytes, [&](auto to) { put_at(out, 0, static_cast<decltype(to)>(cell.integer)); });
  } else if (column.type == CsvType::time) {
    put_at(out, 0, is_missing ? missing_integer : cell.integer / core::microseconds_in(column.unit));
  } else {
    put_at(out, 0, is_missing ? core::not_a_number : cell.number);
  }
}

void store_texts(const CsvStretch& stretch, const ImportedColumn& column, const CellRules& rules,
                 std::byte* out) {
  const auto bytes = stored_bytes(column);
  const char* text = stretch.texts;
  with_integer(stretch.width, [&](auto width) {
    using Length = std::make_unsigned_t<decltype(width)>;
    for (std::size_t row = 0; row < stretch.rows; ++row, out += bytes) {
      const std::string_view cell(text, value_at<Length>(stretch.cells, row));
      text += cell.size();
      column.type == CsvType::text ? store_text(cell, column, out) : store_number(cell, column, rules, out);
    }
  });
}

}  // namespace

void CsvChunk::begin() {
  form_ = asked_ == AskedType::text ? Form::texts : Form::integers;
  has_values_ = false;
  integers_.clear();
  numbers_.clear();
  lengths_.clear();
  texts_.clear();
}

/// Whether a value can be told in that form, and is not bad in a column that is asked to be something.
bool CsvChunk::fits(const Cell& cell, Form form) const {
  switch (cell.kind) {
    case CellKind::integer:
    case CellKind::wide:
      return asked_ != AskedType::time && cell.integer != missing_integer &&
             (form == Form::integers || form == Form::numbers);
    case CellKind::floating:
    case CellKind::huge:
      return (asked_ == AskedType::none || asked_ == AskedType::number) && form == Form::numbers;
    case CellKind::time:
      return (asked_ == AskedType::none || asked_ == AskedType::time) && form == Form::times;
    default:
      return false;
  }
}

bool CsvChunk::add_value(const Cell& cell) {
  const bool is_missing = cell.kind == CellKind::missing || cell.kind == CellKind::nan;
  if (!is_missing && !fits(cell, form_)) {
    if (form_ == Form::integers && fits(cell, Form::numbers)) {
      form_ = Form::numbers;
      for (const auto value : integers_)
        numbers_.push_back(value == missing_integer ? core::not_a_number : static_cast<double>(value));
    } else if (form_ == Form::integers && fits(cell, Form::times) &&
               std::all_of(integers_.begin(), integers_.end(),
                           [](auto value) { return value == missing_integer; })) {
      form_ = Form::times;
    } else {
      return false;
    }
  }
  // The word "nan" is a value if the column turns out to be one of texts.
  has_values_ = has_values_ || cell.kind != CellKind::missing;
  if (form_ == Form::numbers) {
    numbers_.push_back(is_missing ? core::not_a_number : cell.number);
  } else {
    integers_.push_back(is_missing ? missing_integer : cell.integer);
  }
  return true;
}

void CsvChunk::restart_as_text() {
  form_ = Form::texts;
  integers_.clear();
  numbers_.clear();
}

void CsvChunk::add_text(const CsvField& field, bool is_missing) {
  const auto length = is_missing ? 0 : field.length();
  lengths_.push_back(static_cast<std::uint32_t>(length));
  if (length == 0) return;
  if (!field.escaped) {
    texts_.append(field.data, length);
    return;
  }
  texts_.resize(texts_.size() + length);
  field.copy_to(texts_.data() + texts_.size() - length);
}

void CsvChunk::put(std::vector<std::byte>& bytes) {
  Head head{form_, sizeof(double), texts_.size()};
  if (form_ == Form::integers) head.width = static_cast<std::uint8_t>(width_of(integers_));
  if (form_ == Form::texts) {
    const auto longest = lengths_.empty() ? 0 : *std::max_element(lengths_.begin(), lengths_.end());
    head.width = longest <= UINT8_MAX ? 1 : longest <= UINT16_MAX ? 2 : 4;
  }
  append(bytes, &head, 1);
  switch (form_) {
    case Form::integers:
      with_integer(head.width, [&](auto width) {
        using Narrow = decltype(width);
        append_each(bytes, integers_, [](std::int64_t value) {
          return value == missing_integer ? std::numeric_limits<Narrow>::min() : static_cast<Narrow>(value);
        });
      });
      break;
    case Form::times:
      append(bytes, integers_.data(), integers_.size());
      break;
    case Form::numbers:
      append(bytes, numbers_.data(), numbers_.size());
      break;
    case Form::texts:
      with_integer(head.width, [&](auto width) {
        append_each(bytes, lengths_,
                    [](std::uint32_t length) { return static_cast<decltype(width)>(length); });
      });
      append(bytes, texts_.data(), texts_.size());
      break;
  }
  begin();
}

CsvStretch take_stretch(std::span<const std::byte>& bytes, std::size_t rows) {
  Head head{};
  std::memcpy(&head, bytes.data(), sizeof head);
  bytes = bytes.subspan(sizeof head);
  const auto cells = rows * head.width;
  const CsvStretch stretch{head.form, head.width, rows, bytes.data(),
                           reinterpret_cast<const char*>(bytes.data() + cells)};
  bytes = bytes.subspan(cells + head.text_bytes);
  return stretch;
}

CsvStretch take_rows(CsvStretch& stretch, std::size_t count) {
  auto taken = stretch;
  taken.rows = count;
  if (stretch.form == CsvChunk::Form::texts && count < stretch.rows) {
    with_integer(stretch.width, [&](auto width) {
      using Length = std::make_unsigned_t<decltype(width)>;
      for (std::size_t row = 0; row < count; ++row) stretch.texts += value_at<Length>(stretch.cells, row);
    });
  }
  stretch.rows -= count;
  stretch.cells += count * stretch.width;
  return taken;
}

std::size_t stored_bytes(const ImportedColumn& column) {
  switch (column.type) {
    case CsvType::text:
      return column.length;
    case CsvType::integer:
      return column.bytes;
    case CsvType::floating:
    case CsvType::time:
      break;
  }
  return sizeof(double);
}

void store(const CsvStretch& stretch, const ImportedColumn& column, const CellRules& rules, std::byte* out) {
  const auto bytes = stretch.rows * stored_bytes(column);
  const bool fits = stretch.form == CsvChunk::Form::texts ||
                    (column.type == CsvType::floating && stretch.form != CsvChunk::Form::times) ||
                    (column.type == CsvType::integer && stretch.form == CsvChunk::Form::integers) ||
                    (column.type == CsvType::time && stretch.form == CsvChunk::Form::times);
  if (!fits) {  // all of it is missing, or bad
    if (column.type == CsvType::text) std::memset(out, 0, bytes);
    for (std::size_t row = 0; row < stretch.rows && column.type == CsvType::floating; ++row)
      put_at(out, row, core::not_a_number);
    for (std::size_t row = 0; row < stretch.rows && column.type == CsvType::time; ++row)
      put_at(out, row, missing_integer);
    return;
  }
  switch (stretch.form) {
    case CsvChunk::Form::integers:
      return store_integers(stretch, column, out);
    case CsvChunk::Form::numbers:
      std::memcpy(out, stretch.cells, bytes);
      return;
    case CsvChunk::Form::times:
      return store_times(stretch, column, out);
    case CsvChunk::Form::texts:
      return store_texts(stretch, column, rules, out);
  }
}

void store_cell(const CsvField& field, const ImportedColumn& column, const CellRules& rules, std::byte* out) {
  if (column.type != CsvType::text) return store_number(field.text(), column, rules, out);
  const bool is_missing = rules.missing.contains(trimmed(field.raw()));
  store_text(is_missing ? std::string() : field.text(), column, out);
}

}  // namespace psychograph::io
