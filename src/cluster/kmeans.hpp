// Distributed k-means: Lloyd's iteration (Lloyd 1982), exact on any number of ranks. A step is an iteration.
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

extern const Algorithm kmeans;

}  // namespace psychograph::cluster
