// How well a construct's items measure one thing.
#pragma once

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// Cronbach's alpha (Cronbach 1951) of a construct's items, in its keying, from pairwise-complete
/// covariances over all customers. NaN where the items have no variance. Collective.
double cronbach_alpha(const comm::Communicator& world, const io::Shard& shard, const Feature& construct);

}  // namespace psychograph::features
