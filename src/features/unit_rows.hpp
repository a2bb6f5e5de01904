// Rows of unit length: of customers whose direction alone counts.
#pragma once

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"

namespace psychograph::features {

/// Divides each encoded, centred row by its length in encoded units; it is not centred then. A row without
/// length stays so. Local.
void make_rows_unit(const Schema& schema, core::FeatureMatrix& matrix);

/// The same, and notes the mean length of those who take part in the schema. Collective. Throws a data error
/// where nobody has a length.
void fit_unit_rows(const comm::Communicator& world, const Participation& participation, Schema& schema,
                   core::FeatureMatrix& matrix);

}  // namespace psychograph::features
