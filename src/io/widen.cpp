#include "io/widen.hpp"

#include <cstring>

#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "io/widen.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace psychograph::io {
namespace HWY_NAMESPACE {

/// Plain enough for every compiler to see the vectors in it.
template <class Stored>
HWY_INLINE void widen_as(const std::byte* cells, std::size_t count, double* out) {
  for (std::size_t i = 0; i < count; ++i) {
    Stored value;
    std::memcpy(&value, cells + i * sizeof value, sizeof value);
    out[i] = static_cast<double>(value);
  }
}

void widen_numbers(ElementType::Code code, const std::byte* cells, std::size_t count, double* out) {
  using Code = ElementType::Code;
  switch (code) {
    case Code::i8:
      return widen_as<std::int8_t>(cells, count, out);
    case Code::i16:
      return widen_as<std::int16_t>(cells, count, out);
    case Code::i32:
      return widen_as<std::int32_t>(cells, count, out);
    case Code::i64:
      return widen_as<std::int64_t>(cells, count, out);
    case Code::u8:
      return widen_as<std::uint8_t>(cells, count, out);
    case Code::u16:
      return widen_as<std::uint16_t>(cells, count, out);
    case Code::u32:
      return widen_as<std::uint32_t>(cells, count, out);
    case Code::u64:
      return widen_as<std::uint64_t>(cells, count, out);
    case Code::f32:
      return widen_as<float>(cells, count, out);
    case Code::f64:
      return widen_as<double>(cells, count, out);
    default:
      return;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::io
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::io {

HWY_EXPORT(widen_numbers);

void widen(ElementType::Code code, const std::byte* cells, std::size_t count, double* out) {
  HWY_DYNAMIC_DISPATCH(widen_numbers)(code, cells, count, out);
}

}  // namespace psychograph::io

#endif
