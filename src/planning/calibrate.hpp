// A second or two of measuring what this machine can do, for the cost model.
#pragma once

#include <cstdint>

#include "comm/communicator.hpp"
#include "planning/constants.hpp"

namespace psychograph::planning {

/// Measures with k clusters of p columns (fewer where that is a lot), by the loops of the program itself; all
/// ranks return rank 0's figures. One rank alone uses as many threads as it may use cores to find out what
/// these can do together, and has to assume what an all-reduce takes; several ranks do so as they are.
/// Bandwidths of file systems are assumed. `process_bytes` is what a rank takes that has done nothing.
/// Writes, reads and removes a small table in the folder for temporary files. Collective. Throws an
/// environment error.
Constants calibrate(const comm::Communicator& world, std::int64_t k, std::int64_t p, double process_bytes);

/// The bytes that this process has in memory, and those that this node has, by the kernel's word; 0 where
/// it tells none. Local.
double resident_bytes();
double node_bytes();
/// Cores that this process may use. Local.
int usable_cores();

}  // namespace psychograph::planning
