// Segments around medians, at the least sum of absolute differences.
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

/// k-medians (Bradley, Mangasarian and Street, "Clustering via concave minimization", 1996): customers go to
/// the nearest centre by the sum of absolute differences, and each centre's column to the weighted median of
/// its customers' (of two that halve them, the lower). Columns are of few values (kernel/few_values.hpp): how
/// often each is there says what the median is, exactly.
extern const Algorithm kmedians;

}  // namespace psychograph::cluster
