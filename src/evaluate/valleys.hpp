// Whether there is a gap between segments: customers between two of them lie in two heaps, or in one.
#pragma once

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "kernel/data.hpp"

namespace psychograph::evaluate {

inline constexpr std::size_t valley_bins = 512;  ///< of a histogram between two centroids

/// The customers who are nearer to the midpoint between two centroids than to any other centroid, by where
/// they lie on the line through both. That region is convex, and so the customers of any population that
/// thins out from one peak in every direction (whose density is log-concave) lie in one heap on it.
struct Valley {
  std::size_t a = 0;
  std::size_t b = 0;  ///< > a
  /// [valley_bins] from half as far beyond a as the border is from it, over the border in the middle, to as
  /// far beyond b. Customers farther out are left away: they tell nothing of what is between the two.
  std::vector<std::int64_t> counts;
  std::int64_t of_a = 0;  ///< of these customers, those who are nearest to a,
  std::int64_t of_b = 0;  ///< and to b; others' segments reach to the midpoint too

  [[nodiscard]] std::int64_t customers() const;
  /// 40 customers lie in it, 10 of each of the two segments.
  [[nodiscard]] bool borders() const;
  /// The chance of a dip as large where there is one heap.
  [[nodiscard]] double p() const;
  /// The density at the border, over that of the lower one of the peaks on both sides.
  [[nodiscard]] double depth() const;
};

/// Of every pair of centroids [k, p] between which there is no other one (none is nearer to their midpoint:
/// Gabriel and Sokal 1969), in the order (0,1), (0,2), ... (k-2, k-1); of more than 30 centroids, of each
/// with its 8 nearest. Customers without weight have no part, and others count one. Columns of few values
/// should have been spread (evaluate/steps.hpp). Collective.
std::vector<Valley> find_valleys(const comm::Communicator& world, const kernel::Data& data,
                                 const core::Centroids& centroids);

}  // namespace psychograph::evaluate
