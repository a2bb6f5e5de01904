// Picking rows at random out of all ranks' rows, the same ones however the rows are dealt out.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "kernel/data.hpp"

namespace psychograph::cluster {

/// The values [rows, p] of some global rows, on every rank: `local_rows` are their local numbers on the rank
/// that has them, negative on the others. One all-reduce. Collective.
std::vector<float> share_rows(const comm::Communicator& world, const core::FeatureMatrix& matrix,
                              std::span<const std::int64_t> local_rows);

/// Picks one row with probability in proportion to `mass(local row)` >= 0, by exact prefix sums; `unit` is a
/// random number in [0, 1), the same on every rank. Returns its values [p]; empty where every mass is 0.
/// Collective.
std::vector<float> pick_row(const comm::Communicator& world, const kernel::Data& data,
                            const std::function<double(std::size_t)>& mass, double unit);

}  // namespace psychograph::cluster
