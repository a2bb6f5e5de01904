// Customers to numbers, by a fitted schema.
#pragma once

#include <vector>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// The encoded, centred rows [local rows, schema.width()] of this rank; rows that take no part are zero. One
/// pass over the table, some thousand rows of all columns at a time, writes the matrix in its order.
/// Collective. Throws a data error for a value whose square would overflow float (file, column and row).
core::FeatureMatrix encode(const comm::Communicator& world, const io::Shard& shard, const Schema& schema,
                           const Participation& participation);

struct Encoded {
  Schema schema;
  core::FeatureMatrix matrix;
};

/// `fit` (with constant and wholly missing features as errors), then `encode`. Where columns lie apart,
/// numeric ones are encoded while they are in memory for their fit, so that the file is read once.
/// Collective.
Encoded fit_and_encode(const comm::Communicator& world, const io::Shard& shard,
                       const std::vector<Feature>& features, const Participation& participation);

}  // namespace psychograph::features
