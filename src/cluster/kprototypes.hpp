// K-prototypes (Huang, "Extensions to the k-means algorithm for clustering large data sets with categorical
// values", Data Mining and Knowledge Discovery 2, 1998): means of numbers, modes of names.
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

extern const Algorithm kprototypes;

}  // namespace psychograph::cluster
