// Real customers as prototypes, at the least sum of distances.
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

/// CLARA (Kaufman and Rousseeuw 1990): each start finds the medoids of some customers
/// (cluster/faster_pam.hpp), and is worth what all customers' distances from the nearest of these come to.
extern const Algorithm medoids;

}  // namespace psychograph::cluster
