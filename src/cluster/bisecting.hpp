// Bisecting k-means (Steinbach, Karypis and Kumar, "A comparison of document clustering techniques", KDD
// Workshop on Text Mining, 2000): all customers are one leaf; the leaf of largest inertia is split in two, by
// the best of several 2-means, until there are k. A step is one of the running 2-means.
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

/// The model is the leaves' centroids, and the objective the inertia of the tree: of each customer about the
/// own leaf's, before all go to the nearest one's.
extern const Algorithm bisecting;

}  // namespace psychograph::cluster
