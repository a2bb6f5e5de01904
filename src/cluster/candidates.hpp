// From many weighted candidates, which every rank holds, to k starting rows.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace psychograph::cluster {

/// Weighted greedy k-means++ (Arthur and Vassilvitskii, SODA 2007: of several drawn rows the one that lowers
/// the sum of squared distances most) on `rows` [weights.size(), p]. Returns k of them; fewer where they
/// repeat themselves. The same on every rank; it may take long, and calls `now_and_then` (may be empty) at
/// the same points everywhere. Local.
std::vector<float> reduce_candidates(const std::vector<float>& rows, const std::vector<double>& weights,
                                     std::size_t p, std::int64_t k, std::uint64_t seed, std::uint32_t restart,
                                     const std::function<void()>& now_and_then = {});

}  // namespace psychograph::cluster
