// Trimmed k-means (Cuesta-Albertos, Gordaliza and Matran, "Trimmed k-means: an attempt to robustify
// quantizers", Annals of Statistics 25, 1997): the farthest customers belong nowhere, and have no say in
// where the centroids are.
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

/// The share of customers that the spec trims is exact; of several at the same distance from their centroids
/// as the last one that stays, all stay. A step is an iteration.
extern const Algorithm trimmed;

}  // namespace psychograph::cluster
