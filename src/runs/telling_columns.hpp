// Columns of which a mean, or points, would tell how many few people are.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "insight/gate.hpp"
#include "insight/tally.hpp"
#include "io/shard.hpp"

namespace psychograph::runs {

/// [columns] Whether few of some segment give one of its answers, or none. Numbers count where they are no
/// more than `most_values` (32 at the most) different ones, the lowest and highest or whole steps from the
/// lowest: of more, a mean tells no count. All false where nothing is withheld; else one read of the columns.
/// Collective. Throws a data error.
std::vector<bool> tell_of_few(const comm::Communicator& world, const io::Shard& shard,
                              const insight::Labels& labels, std::size_t segments, const insight::Gate& gate,
                              const std::vector<features::FittedFeature>& columns, std::size_t most_values,
                              const std::string& wanted_by);

}  // namespace psychograph::runs
