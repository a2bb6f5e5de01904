// Exact statistics of values that are known by how often each occurs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stats/moments.hpp"

namespace psychograph::stats {

/// A value and how many have it.
struct Tally {
  double value;
  std::int64_t count;
};

/// The moments of what is tallied: those that `MomentSums` finds of the same values one by one, to the bit.
/// Precondition: values rise, counts are positive, and there is a tally; nothing is beyond 1e150.
Moments moments_of(std::span<const Tally> tallies);

/// The values at some places (0-based, rising) in the order of what is tallied, and how many are no larger
/// than each of them.
struct TalliedPlaces {
  std::vector<double> values;
  std::vector<std::int64_t> at_or_below;
};
/// Precondition: as above, and the places are below the number of values.
TalliedPlaces at_places(std::span<const Tally> tallies, std::span<const std::int64_t> places);

}  // namespace psychograph::stats
