// Customers to numbers, by a fitted schema: the second and last pass over the table.
#pragma once

#include <vector>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "features/fit.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// The encoded, centred rows [local rows, schema.width()] of this rank; rows that take no part are zero.
/// Collective. Throws a data error for a value whose square would overflow float (file, column and row).
core::FeatureMatrix encode(const comm::Communicator& world, const io::Shard& shard, const Schema& schema,
                           const Participation& participation);

}  // namespace psychograph::features
