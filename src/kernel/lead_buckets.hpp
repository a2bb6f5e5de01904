// Leads, coarsely.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace psychograph::kernel {

/// Buckets of leads: rising, 16 to the octave, from 2^-10 to 2^6. What is smaller or not positive is in the
/// first one, what is larger in the last.
inline constexpr std::size_t lead_buckets = 256;

inline std::size_t bucket_of(float lead) {
  constexpr std::int32_t first = std::bit_cast<std::int32_t>(0x1p-10F) >> 19;
  if (!(lead > 0)) return 0;
  const auto bucket = (std::bit_cast<std::int32_t>(lead) >> 19) - first;
  return static_cast<std::size_t>(std::clamp<std::int32_t>(bucket, 0, lead_buckets - 1));
}

/// The smallest lead of a bucket; 0 of the first.
inline float least_lead(std::size_t bucket) {
  constexpr std::int32_t first = std::bit_cast<std::int32_t>(0x1p-10F) >> 19;
  return bucket == 0 ? 0.0F : std::bit_cast<float>((static_cast<std::int32_t>(bucket) + first) << 19);
}

}  // namespace psychograph::kernel
