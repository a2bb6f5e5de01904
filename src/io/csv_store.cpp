#include "io/csv_store.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>

#include "core/figure.hpp"

namespace psychograph::io {
namespace {

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

CsvStretch take_stretch(std::span<const std::byte>& bytes, std::size_t rows) {
  StretchHead head{};
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
