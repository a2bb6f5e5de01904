// Questions whose points would tell how many few people are.
#pragma once

#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "insight/gate.hpp"
#include "insight/tally.hpp"
#include "io/shard.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

/// Without questions to which some segment has few of an answer: the points are made of who gave it. Amounts
/// are looked at where they have two values. Does nothing where nothing is withheld; else one read of the
/// columns. Collective. Throws a data error.
void leave_out_telling(const comm::Communicator& world, const io::Shard& shard, const insight::Labels& labels,
                       std::size_t segments, const insight::Gate& gate,
                       std::vector<features::FittedFeature>& questions, Reporter& reporter);

}  // namespace psychograph::runs
