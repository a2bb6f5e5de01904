// A tree of clusters: the two whose union costs least are merged, again and again.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/centroids.hpp"

namespace psychograph::cluster {

/// Merge i makes cluster m + i of two others, each a leaf below m or made by an earlier merge.
struct Merge {
  std::int64_t left = 0;   ///< the lower of the two numbers
  std::int64_t right = 0;  ///< the higher
  double increase = 0;     ///< of the inertia
  friend bool operator==(const Merge&, const Merge&) = default;
};

/// All m - 1 merges of leaves at `means` [m, p] that weigh `weights` [m], by rising increase: w v / (w + v)
/// |a - b|^2 (Ward, "Hierarchical grouping to optimize an objective function", Journal of the American
/// Statistical Association 58, 1963), along chains of nearest neighbours (Murtagh, "A survey of recent
/// advances in hierarchical clustering algorithms", The Computer Journal 26, 1983): O(m^2 p) steps, O(m p)
/// memory. Of several as near the lowest number. A leaf of no weight costs nothing wherever it goes. Local.
std::vector<Merge> ward_tree(const core::Centroids& means, std::span<const double> weights);

/// Which of k clusters [m] each leaf is in when all merges but the last k - 1 are made; numbered by their
/// lowest leaf. Precondition: 1 <= k <= m, of a tree of m leaves. Local.
std::vector<std::int64_t> cut_tree(std::span<const Merge> tree, std::size_t k);

}  // namespace psychograph::cluster
