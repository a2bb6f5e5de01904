// The fit of one feature with levels.
#pragma once

#include "comm/communicator.hpp"
#include "features/fit.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// Reads the column and fills in what is learned of `fitted`: levels with their counts, fill, centres.
/// Collective. Throws a data error (file and column, and row where there is one).
void fit_levels(const comm::Communicator& world, const io::Shard& shard, const Participation& participation,
                Degenerate degenerate, FittedFeature& fitted);

}  // namespace psychograph::features
