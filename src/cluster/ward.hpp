// A tree of clusters of any number of customers.
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

/// Ward's tree of micro-clusters: k-means with many centroids finds these, and the tree is of their weighted
/// centroids (cluster/ward_tree.hpp). Segments are the k clusters below its last k - 1 merges: those of k + 1
/// lie within those of k.
extern const Algorithm ward;

}  // namespace psychograph::cluster
