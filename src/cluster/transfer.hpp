// Beyond Lloyd: single customers whose transfer lowers the inertia although their own centroid is the
// nearest, because both means move with them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "kernel/centroid_sums.hpp"
#include "kernel/data.hpp"

namespace psychograph::cluster {

struct Transfer {
  std::int64_t row;  ///< global
  std::int32_t from;
  std::int32_t to;
};

/// The transfers that lower the inertia most, no two of which touch the same cluster, so that their gains add
/// up (Hartigan and Wong, "A K-means clustering algorithm", Applied Statistics 28, 1979; here with weights).
/// `means` are the means of the clusters that `labels` [local rows] gives; `sums` their weights and counts.
/// Empty at an optimum. Costs n * k * p in double. Collective.
std::vector<Transfer> best_transfers(const comm::Communicator& world, const kernel::Data& data,
                                     const core::Centroids& means, const kernel::GlobalSums& sums,
                                     std::span<const std::int32_t> labels);

}  // namespace psychograph::cluster
