// Where the cells of a feature lie among given edges: how one table is held against another's quantiles.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// A numeric feature, edges in the user's units, and what is counted.
struct BinCounts {
  Feature feature;
  std::vector<double> edges;
  std::vector<std::int64_t> at_or_below = {};  ///< by edge: observed cells no larger, of those who take part
};

/// Counts over all ranks, in one look at the columns. Collective. Throws a data error.
void count_at_or_below(const comm::Communicator& world, const io::Shard& shard,
                       const Participation& participation, std::span<BinCounts> features);

}  // namespace psychograph::features
