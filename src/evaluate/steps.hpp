// Columns of few values, as answers from 1 to 6, and customers spread over the steps between these.
#pragma once

#include <cstdint>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "kernel/data.hpp"

namespace psychograph::evaluate {

/// Lays each cell of a column of few values (kernel/few_values.hpp) anywhere between the midpoints to the
/// neighbouring values (at an end as far out as in), evenly, by `seed` and the global row. `matrix` is that
/// of the data. Collective.
void spread(const comm::Communicator& world, const kernel::Data& data, std::uint64_t seed,
            core::FeatureMatrix& matrix);

}  // namespace psychograph::evaluate
