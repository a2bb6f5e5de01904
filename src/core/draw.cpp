#include "core/draw.hpp"

// The floor is x86-64-v3 or NEON: sets without a hardware fused multiply-add would round otherwise.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/draw.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "core/draw-inl.hpp"

#if HWY_ONCE

namespace psychograph::core {

HWY_EXPORT(words_of_tiles);
HWY_EXPORT(normals_of_tiles);
HWY_EXPORT(exponentials);

void draw_words(const Sequence& sequence, std::int64_t first, std::span<std::uint32_t> out) {
  HWY_DYNAMIC_DISPATCH(words_of_tiles)
  (sequence, static_cast<std::uint64_t>(first / draw_tile), out.size() / draw_tile, out.data());
}

void draw_normals(const Sequence& sequence, std::int64_t first, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(normals_of_tiles)
  (sequence, static_cast<std::uint64_t>(first / draw_tile), out.size() / draw_tile, out.data());
}

void exponentiate(std::span<float> values) {
  HWY_DYNAMIC_DISPATCH(exponentials)(values.data(), values.size());
}

}  // namespace psychograph::core

#endif
