// Whether a fitted schema's values fit into float.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// Throws the data error for a value, or a fill, whose square would overflow float once encoded (file, column
/// and row). Looks at the statistics alone; reads cells only to find the row. Collective.
void require_encodable(const comm::Communicator& world, const io::Shard& shard, const Schema& schema);

/// What people should know: features of which float can't tell ordinary values apart beside their largest
/// ones, one sentence each. By the statistics alone. Local.
std::vector<std::string> lost_in_float(const Schema& schema);

}  // namespace psychograph::features
