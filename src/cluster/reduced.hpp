// k-means in few dimensions: those that tell segments apart, or those that customers vary most in.
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

/// Centroids and the dimensions that they lie in are found together (De Soete and Carroll, "K-means
/// clustering in a low-dimensional Euclidean space", 1994): Lloyd's iteration whose means are laid onto the
/// dimensions that lose least of what is between them.
extern const Algorithm reduced_kmeans;

/// Centroids lie in the dimensions in which all customers vary most: k-means of principal components' scores.
extern const Algorithm factor_kmeans;

}  // namespace psychograph::cluster
