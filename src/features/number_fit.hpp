// The fit of one numeric feature.
#pragma once

#include "comm/communicator.hpp"
#include "features/fit.hpp"
#include "features/local_column.hpp"
#include "features/schema.hpp"

namespace psychograph::features {

/// Fills in what is learned of `fitted` from its cells: statistics, fill, location and scale. Where the
/// feature is clustered, `column` holds what is to be scaled afterwards: filled and transformed cells.
/// Collective. Throws a data error (file and column, and row where there is one).
void fit_numbers(const comm::Communicator& world, const io::Shard& shard, Degenerate degenerate,
                 FittedFeature& fitted, LocalColumn& column);

}  // namespace psychograph::features
