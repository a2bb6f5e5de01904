// k-means that learns from few customers first.
#pragma once

#include "cluster/fit.hpp"

namespace psychograph::cluster {

/// Nested mini-batches (Newling and Fleuret, "Nested mini-batch k-means", NeurIPS 2016): iterations of
/// k-means on a few customers, on twice as many (the same ones among them) when half of the centroids have
/// come to rest, and on all of them in the end. Nobody counts twice, as in mini-batches that forget; and what
/// the first batches have learned spares iterations on all.
extern const Algorithm minibatch;

}  // namespace psychograph::cluster
