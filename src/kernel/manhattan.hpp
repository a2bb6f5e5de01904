// Rows against centroids by the sum of absolute differences.
#pragma once

#include <cstdint>

#include "core/centroids.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::kernel {

/// The nearest centroid of every row [16 * tiles] and the second nearest (-1 where k is 1), the lowest index
/// of several, with the distances from both: sums of |x - c| in double, features in order. Local.
void manhattan_nearest_two(Tiles tiles, const core::Centroids& centroids, std::int32_t* labels,
                           std::int32_t* runner_up, double* own, double* other);

}  // namespace psychograph::kernel
