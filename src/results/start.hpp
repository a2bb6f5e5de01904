// Starting centroids from a file.
#pragma once

#include <cstdint>
#include <string>

#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "features/schema.hpp"

namespace psychograph::results {

/// Reads `centroids` [k, q] in the user's units (encoded columns in spec order), or an earlier result file,
/// whose columns are matched by name. Returns them in centred encoded units. Collective: rank 0 reads. Throws
/// a data error for a file that is not there, a wrong shape, a value that is not finite.
core::Centroids read_start(const comm::Communicator& world, const std::string& path,
                           const features::Schema& schema, std::int64_t k);

}  // namespace psychograph::results
