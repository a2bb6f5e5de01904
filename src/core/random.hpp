// Random numbers without state: every number is a function of (seed, purpose, stream, index), so that a
// row gets the same one whichever rank holds it. Philox4x32-10 (Salmon et al., "Parallel random numbers:
// as easy as 1, 2, 3", SC 2011), from Random123.
#pragma once

#include <cstdint>

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#endif
#include <Random123/philox.h>
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

namespace psychograph::core {

/// What a random number is for; no two uses share one.
enum class Purpose : std::uint32_t {
  seeding_first = 1,
  seeding_round,
  seeding_candidates,
  seeding_top_up,
  random_start,
  generate_segment,
  generate_value,
  generate_shift,
  generate_trait,
  generate_missing,
  generate_order,
  generate_mover,
  generate_destination,
  generate_split,
  generate_split_shift,
  group,
  example,
  typing_sample,
  silhouette_sample,
  spread,
  medoid_sample,
  medoid_start,
  bootstrap,
  prediction_half,
  judged_half,
  judged_sample,
  reference,
  nested_batch,
};

struct RandomBits {
  std::uint64_t first;
  std::uint64_t second;
};

/// 128 random bits. `stream` tells apart restarts, rounds or columns; `index` is most often a global row.
inline RandomBits random_bits(std::uint64_t seed, Purpose purpose, std::uint32_t stream,
                              std::uint64_t index) {
  const r123::Philox4x32::ctr_type counter = {{static_cast<std::uint32_t>(index),
                                               static_cast<std::uint32_t>(index >> 32),
                                               static_cast<std::uint32_t>(purpose), stream}};
  const r123::Philox4x32::key_type key = {
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const auto r = r123::Philox4x32{}(counter, key);
  return {(std::uint64_t{r[1]} << 32) | r[0], (std::uint64_t{r[3]} << 32) | r[2]};
}

/// A seed for a fit of its own to one of several groups of customers.
inline std::uint64_t seed_of_group(std::uint64_t seed, std::uint64_t group) {
  return random_bits(seed, Purpose::group, 0, group).first;
}

/// A double in [0, 1), from the upper 53 of 64 random bits.
inline double to_unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

}  // namespace psychograph::core
