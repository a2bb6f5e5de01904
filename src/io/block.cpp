#include "io/block.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/figure.hpp"
#include "io/widen.hpp"

namespace psychograph::io {
namespace {

using Code = ElementType::Code;

std::array<std::pair<hid_t, Code>, 10> native_numbers() {
  return {{{H5T_NATIVE_INT8, Code::i8},
           {H5T_NATIVE_INT16, Code::i16},
           {H5T_NATIVE_INT32, Code::i32},
           {H5T_NATIVE_INT64, Code::i64},
           {H5T_NATIVE_UINT8, Code::u8},
           {H5T_NATIVE_UINT16, Code::u16},
           {H5T_NATIVE_UINT32, Code::u32},
           {H5T_NATIVE_UINT64, Code::u64},
           {H5T_NATIVE_FLOAT, Code::f32},
           {H5T_NATIVE_DOUBLE, Code::f64}}};
}

Code number_code(hid_t type) {
  for (const auto& [id, code] : native_numbers()) {
    if (H5Tequal(type, id) > 0) return code;
  }
  return Code::other;
}

template <class Stored, class Out>
void widen(const RawBlock& block, std::span<Out> out) {
  for (std::size_t i = 0; i < block.count; ++i) {
    Stored value;
    std::memcpy(&value, block.data + i * block.stride, sizeof value);
    out[i] = static_cast<Out>(value);
  }
}

/// Any other number (big-endian, half, long double, odd widths), by HDF5's own conversion in memory.
template <class Out>
void convert(const RawBlock& block, hid_t target, std::span<Out> out) {
  const auto size = std::max(block.type->size, sizeof(Out));
  std::vector<std::byte> cells(block.count * size);
  for (std::size_t i = 0; i < block.count; ++i) {
    std::memcpy(cells.data() + i * block.type->size, block.data + i * block.stride, block.type->size);
  }
  if (H5Tconvert(block.type->stored->get(), target, block.count, cells.data(), nullptr, H5P_DEFAULT) < 0)
    throw core::data_error(fmt::format("cells that are no numbers: {}", last_hdf5_error()));
  std::memcpy(out.data(), cells.data(), block.count * sizeof(Out));
}

template <class Out>
void widen_all(const RawBlock& block, std::span<Out> out, hid_t target) {
  switch (block.type->code) {
    case Code::i8:
      return widen<std::int8_t>(block, out);
    case Code::i16:
      return widen<std::int16_t>(block, out);
    case Code::i32:
      return widen<std::int32_t>(block, out);
    case Code::i64:
      return widen<std::int64_t>(block, out);
    case Code::u8:
      return widen<std::uint8_t>(block, out);
    case Code::u16:
      return widen<std::uint16_t>(block, out);
    case Code::u32:
      return widen<std::uint32_t>(block, out);
    case Code::u64:
      return widen<std::uint64_t>(block, out);
    case Code::f32:
      return widen<float>(block, out);
    case Code::f64:
      return widen<double>(block, out);
    default:
      return convert(block, target, out);
  }
}

ElementType::Precision precision_of(hid_t type) {
  ElementType::Precision precision;
  std::size_t exponent_bits = 0;
  std::size_t fraction_bits = 0;
  std::size_t ignored = 0;
  H5Tget_fields(type, &ignored, &ignored, &exponent_bits, &ignored, &fraction_bits);
  const int bias = static_cast<int>(H5Tget_ebias(type));
  const int digits = static_cast<int>(fraction_bits) + (H5Tget_norm(type) == H5T_NORM_IMPLIED ? 1 : 0);
  if (digits >= precision.digits) return precision;  // a double, or what becomes one when it is read
  precision.digits = digits;
  if (exponent_bits < 11) {
    precision.least_exponent = 2 - bias - digits;
    precision.end_exponent = (1 << exponent_bits) - 1 - bias;
  }
  return precision;
}

/// The nearest number of that precision, of two the even one; NaN, which equals nothing, beyond its range.
double rounded(double value, const ElementType::Precision& to) {
  if (!std::isfinite(value) || value == 0) return value;
  int exponent = 0;
  (void)std::frexp(value, &exponent);
  const int step = std::max(exponent - to.digits, to.least_exponent);
  const double nearest = std::ldexp(std::nearbyint(std::ldexp(value, -step)), step);
  return std::abs(nearest) < std::ldexp(1.0, to.end_exponent - 1) * 2 ? nearest : core::not_a_number;
}

/// Where a padded text ends, which has its first zero byte at `zero`: seldom further on.
std::size_t behind_last_character(const char* text, std::size_t zero, std::size_t size) {
  if (zero == size || std::memcmp(text + zero, text + zero + 1, size - zero - 1) == 0) return zero;
  while (text[size - 1] == '\0') --size;
  return size;
}

}  // namespace

bool is_number(Code code) { return code <= Code::f64; }

hid_t native_number(Code wanted) {
  for (const auto& [id, code] : native_numbers()) {
    if (code == wanted) return id;
  }
  return H5I_INVALID_HID;
}

ElementType element_type(hid_t type) {
  ElementType result;
  result.size = H5Tget_size(type);
  if (H5Tget_class(type) == H5T_STRING) {
    result.code = H5Tis_variable_str(type) > 0 ? Code::variable_text : Code::fixed_text;
    result.space_padded = H5Tget_strpad(type) == H5T_STR_SPACEPAD;
    result.zero_padded = H5Tget_strpad(type) == H5T_STR_NULLPAD;
    return result;
  }
  const hid_t number = H5Tget_class(type) == H5T_ENUM ? H5Tget_super(type) : H5Tcopy(type);
  result.stored = std::make_shared<Handle>(type_handle(number));
  result.is_integer = H5Tget_class(number) == H5T_INTEGER;
  result.is_unsigned = result.is_integer && H5Tget_sign(number) == H5T_SGN_NONE;
  if (H5Tget_class(number) == H5T_FLOAT) result.precision = precision_of(number);
  result.code = H5Tget_class(type) == H5T_BITFIELD && result.size == 1 ? Code::u8 : number_code(number);
  return result;
}

RawBlock slice(const RawBlock& block, std::size_t begin, std::size_t count) {
  RawBlock part = block;
  part.first += static_cast<std::int64_t>(begin);
  part.count = count;
  part.data += begin * block.stride;
  return part;
}

void numbers(const RawBlock& block, const spec::Sentinels& missing, std::span<double> out) {
  if (is_number(block.type->code) && block.stride == block.type->size) {
    widen(block.type->code, block.data, block.count, out.data());
  } else {
    widen_all(block, out, H5T_NATIVE_DOUBLE);
  }
  mark_missing(block, missing, out);
}

void mark_missing(const RawBlock& block, const spec::Sentinels& missing, std::span<double> cells) {
  for (const auto& sentinel : missing.numbers) {
    const double wanted = rounded(sentinel.value, block.type->precision);
    if (!block.type->is_integer || std::abs(wanted) < 0x1p53) {
      std::replace(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(block.count), wanted,
                   core::not_a_number);
      continue;
    }
    std::vector<std::int64_t> whole(block.count);
    integers(block, whole);
    for (std::size_t i = 0; i < block.count; ++i) {
      if (cells[i] == wanted && number_of(*block.type, whole[i]).rest == sentinel.rest)
        cells[i] = core::not_a_number;
    }
  }
}

core::Number number_of(const ElementType& type, std::int64_t cell) {
  return type.is_unsigned ? core::number_of(static_cast<std::uint64_t>(cell)) : core::number_of(cell);
}

void integers(const RawBlock& block, std::span<std::int64_t> out) {
  widen_all(block, out, block.type->is_unsigned ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64);
}

std::string whole_text(const ElementType& type, std::int64_t cell) {
  return type.is_unsigned ? fmt::format("{}", static_cast<std::uint64_t>(cell)) : fmt::format("{}", cell);
}

std::string number_text(double value) {
  const bool whole = value == std::floor(value) && std::abs(value) < 0x1p64;
  return whole && std::abs(value) >= 0x1p53 ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

std::string_view text(const RawBlock& block, std::size_t i) {
  const std::byte* cell = block.data + i * block.stride;
  if (block.type->code == Code::variable_text) {
    const char* pointer = nullptr;
    std::memcpy(&pointer, cell, sizeof pointer);
    return pointer == nullptr ? std::string_view() : std::string_view(pointer);
  }
  const char* characters = reinterpret_cast<const char*>(cell);
  std::size_t length = strnlen(characters, block.type->size);
  if (block.type->zero_padded) length = behind_last_character(characters, length, block.type->size);
  while (block.type->space_padded && length > 0 && characters[length - 1] == ' ') --length;
  return {characters, length};
}

}  // namespace psychograph::io
