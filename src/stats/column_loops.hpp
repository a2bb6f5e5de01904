// The loops over the cells of a column, compiled for every instruction set. All do what their plain loop
// would do, to the bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace psychograph::stats {

/// What a look at some cells tells. Zeros count as +0, so that the order of the cells leaves no trace.
struct Extremes {
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -std::numeric_limits<double>::infinity();
  std::size_t missing = 0;  ///< NaN
};

/// Takes the values into `extremes`.
void find_extremes(std::span<const double> values, Extremes& extremes);

/// A row of equal intervals from `lowest` on, `per_unit` of them a unit.
struct Buckets {
  static constexpr std::uint32_t count = 2048;
  double lowest = 0;
  double per_unit = 0;

  /// Over [lowest, highest]; a single bucket where the two are too close.
  static Buckets over(double lowest, double highest);
};

/// places[i] = the bucket of values[i]: it never falls as values rise. Precondition: no value is below
/// `buckets.lowest` or NaN.
void find_buckets(std::span<const double> values, const Buckets& buckets, std::uint32_t* places);

/// Where `counts` adds up to more than `place`; takes what lies before away from `place`.
inline std::size_t find_bucket(const std::int64_t* counts, std::int64_t& place) {
  std::size_t bucket = 0;
  while (place >= counts[bucket]) place -= counts[bucket++];
  return bucket;
}

}  // namespace psychograph::stats
