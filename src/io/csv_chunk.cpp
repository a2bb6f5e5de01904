#include "io/csv_chunk.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/figure.hpp"

namespace psychograph::io {
namespace {

template <class Value>
void append(std::vector<std::byte>& bytes, const Value* values, std::size_t count) {
  const auto* begin = reinterpret_cast<const std::byte*>(values);
  bytes.insert(bytes.end(), begin, begin + count * sizeof(Value));
}

/// The narrowest width whose lowest value none of them has, but for what is missing.
std::size_t width_of(const std::vector<std::int64_t>& integers) {
  std::int64_t least = 0;
  std::int64_t largest = 0;
  for (const auto value : integers) {
    least = std::min(least, value == missing_integer ? 0 : value);
    largest = std::max(largest, value);
  }
  for (std::size_t width = 1; width < sizeof(std::int64_t); width *= 2) {
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
  StretchHead head{form_, sizeof(double), texts_.size()};
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

}  // namespace psychograph::io
