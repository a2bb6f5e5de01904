// Spherical k-means (Dhillon and Modha, "Concept decompositions for large sparse text data using clustering",
// Machine Learning 42, 2001): customers by the direction of their answers, whatever their strength. Rows are
// of unit length.
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

/// Lloyd's iteration with centroids of unit length. The inertia is twice the sum of 1 - cosine.
extern const Algorithm spherical;

}  // namespace psychograph::cluster
