// The cells of some customers, on every rank.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "kernel/data.hpp"

namespace psychograph::kernel {

/// Of the local `rows` of each rank: [all ranks' rows, p], in the order of the table. Collective.
std::vector<float> gather_rows(const comm::Communicator& world, const Data& data,
                               std::span<const std::size_t> rows);

}  // namespace psychograph::kernel
