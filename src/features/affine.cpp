#include "features/affine.hpp"

#include "core/feature_matrix.hpp"
#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "features/affine.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "core/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::features {
namespace HWY_NAMESPACE {

using namespace core::HWY_NAMESPACE;  // NOLINT(google-build-using-namespace): the vocabulary of lanes

void lines_of(std::span<const double> values, const Affine& affine, float* line, std::size_t stride) {
  const DoubleTag d;
  const hn::Rebind<float, DoubleTag> narrow;
  using core::tile_rows;
  const auto offset = hn::Set(d, affine.offset);
  const auto factor = hn::Set(d, affine.factor);
  const auto centre = hn::Set(d, affine.centre);
  for (std::size_t i = 0; i < values.size(); i += tile_rows, line += stride) {
    for (std::size_t r = 0; r < tile_rows; r += hn::Lanes(d)) {
      const auto value = hn::LoadU(d, values.data() + i + r);
      const auto encoded = hn::Sub(hn::Mul(hn::Sub(value, offset), factor), centre);
      // Past the caches: a line is written whole, and there are more lines than a cache holds.
      hn::Stream(hn::DemoteTo(narrow, encoded), narrow, line + r);
    }
  }
  hwy::FlushStream();
}

template <class Bits>
HWY_INLINE void look_up(std::span<const Bits> bits, const float* encoded, float* line, std::size_t stride) {
  using core::tile_rows;
  const hn::CappedTag<float, tile_rows> d;
  HWY_ALIGN float cells[tile_rows];
  for (std::size_t i = 0; i < bits.size(); i += tile_rows, line += stride) {
    for (std::size_t r = 0; r < tile_rows; ++r) cells[r] = encoded[bits[i + r]];
    for (std::size_t r = 0; r < tile_rows; r += hn::Lanes(d)) hn::Stream(hn::Load(d, cells + r), d, line + r);
  }
  hwy::FlushStream();
}

void look_up_bytes(std::span<const std::uint8_t> bits, const float* encoded, float* line,
                   std::size_t stride) {
  look_up(bits, encoded, line, stride);
}

void look_up_words(std::span<const std::uint16_t> bits, const float* encoded, float* line,
                   std::size_t stride) {
  look_up(bits, encoded, line, stride);
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::features
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::features {

HWY_EXPORT(lines_of);
HWY_EXPORT(look_up_bytes);
HWY_EXPORT(look_up_words);

void write_lines(std::span<const double> values, const Affine& affine, float* line, std::size_t stride) {
  HWY_DYNAMIC_DISPATCH(lines_of)(values, affine, line, stride);
}

void look_up_lines(std::span<const std::uint8_t> bits, const float* encoded, float* line,
                   std::size_t stride) {
  HWY_DYNAMIC_DISPATCH(look_up_bytes)(bits, encoded, line, stride);
}

void look_up_lines(std::span<const std::uint16_t> bits, const float* encoded, float* line,
                   std::size_t stride) {
  HWY_DYNAMIC_DISPATCH(look_up_words)(bits, encoded, line, stride);
}

}  // namespace psychograph::features

#endif
