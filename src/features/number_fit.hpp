// The fit of numeric features.
#pragma once

#include <span>

#include "comm/communicator.hpp"
#include "features/fit.hpp"
#include "features/local_column.hpp"
#include "features/schema.hpp"

namespace psychograph::features {

/// Fills in what is learned of each feature from its cells: statistics, fill, location and scale. Where a
/// feature is clustered, its column holds what is to be scaled afterwards: filled and transformed cells.
/// Ranks meet for all features together. `features` and `columns` belong together, one by one. Collective.
/// Throws a data error (file and column, and row where there is one).
void fit_numbers(const comm::Communicator& world, const io::Shard& shard, Degenerate degenerate,
                 std::span<FittedFeature* const> features, std::span<LocalColumn> columns);

}  // namespace psychograph::features
