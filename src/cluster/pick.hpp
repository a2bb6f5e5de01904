// Picking rows at random out of all ranks' rows, the same ones however the rows are dealt out.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "cluster/data.hpp"
#include "comm/communicator.hpp"

namespace psychograph::cluster {

/// The values [p] of one global row, on every rank: `local_row` is its local number on the rank that has it,
/// negative on the others. Collective.
std::vector<float> share_row(const comm::Communicator& world, const core::FeatureMatrix& matrix,
                             std::int64_t local_row);

/// Picks one row with probability in proportion to `mass(local row)` >= 0, by exact prefix sums; `unit` is a
/// random number in [0, 1), the same on every rank. Returns its values [p]; empty where every mass is 0.
/// Collective.
std::vector<float> pick_row(const comm::Communicator& world, const Data& data,
                            const std::function<double(std::size_t)>& mass, double unit);

}  // namespace psychograph::cluster
