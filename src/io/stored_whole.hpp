// Whole numbers as cells of any of this machine's types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "io/block.hpp"

namespace psychograph::io {

inline bool is_whole(ElementType::Code code) { return code <= ElementType::Code::u64; }
inline bool is_unsigned_code(ElementType::Code code) {
  return code >= ElementType::Code::u8 && code <= ElementType::Code::u64;
}

/// Calls `use` with a value of the C++ type of a whole number's code.
template <class Use>
void with_whole_type(ElementType::Code code, const Use& use) {
  using Code = ElementType::Code;
  switch (code) {
    case Code::i8:
      return use(std::int8_t{});
    case Code::i16:
      return use(std::int16_t{});
    case Code::i32:
      return use(std::int32_t{});
    case Code::u8:
      return use(std::uint8_t{});
    case Code::u16:
      return use(std::uint16_t{});
    case Code::u32:
      return use(std::uint32_t{});
    case Code::u64:
      return use(std::uint64_t{});
    default:
      return use(std::int64_t{});
  }
}

/// Stores `values`, which are within its range, as whole numbers of a code.
template <class Value>
void store_whole(ElementType::Code code, std::span<const Value> values, std::byte* out, std::size_t stride) {
  with_whole_type(code, [&](auto of_type) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto cell = static_cast<decltype(of_type)>(values[i]);
      std::memcpy(out + i * stride, &cell, sizeof cell);
    }
  });
}

}  // namespace psychograph::io
