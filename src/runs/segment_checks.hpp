// What a segmentation must hold up to, before and after its fit.
#pragma once

#include <cstdint>
#include <vector>

#include "cluster/model.hpp"
#include "comm/communicator.hpp"
#include "features/float_loss.hpp"
#include "features/schema.hpp"
#include "io/table.hpp"
#include "kernel/data.hpp"
#include "results/result.hpp"

namespace psychograph::runs {

/// k-modes know no means. Throws a usage error.
void require_names(const features::Schema& schema);

/// Medians are of columns of few values. Collective. Throws a usage error.
void require_few_values(const comm::Communicator& world, const kernel::Data& data,
                        const features::Schema& schema);

/// A segment of nobody is no segment, and no result. Throws a data error.
void require_inhabited(const io::Table& table, const cluster::Model& model,
                       const std::vector<std::int64_t>& size);

/// The inertia is that of the customers, not of what float has made of them. Reads the table again where that
/// can be doubted. Collective. Throws a data error.
void require_exact(const comm::Communicator& world, const features::EncodedTable& table,
                   const results::Result& result, double total_square);

}  // namespace psychograph::runs
