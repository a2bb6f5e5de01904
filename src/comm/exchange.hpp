// All ranks send to all.
#pragma once

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"

namespace psychograph::comm {

/// Sends `outgoing[r]` to rank r; returns what all ranks sent to this one, in rank order. Collective.
/// Precondition: no rank sends or receives 2^31 elements or more.
std::vector<std::uint64_t> exchange(const Communicator& comm,
                                    const std::vector<std::vector<std::uint64_t>>& outgoing);

}  // namespace psychograph::comm
