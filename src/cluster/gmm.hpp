// Mixtures of normal distributions (Day 1969; Wolfe 1970; by their covariances Celeux and Govaert 1995).
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

/// Covariances are held off the singular, where the likelihood of answers 1 to 6 has no bound: each segment
/// has one customer more, who varies as everybody does (a conjugate prior: Fraley and Raftery 2007), and the
/// spec's ridge is added to the variances.
extern const Algorithm gmm;

}  // namespace psychograph::cluster
