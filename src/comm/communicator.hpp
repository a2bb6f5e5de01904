// A communicator as first argument means: collective, all its ranks call this together.
#pragma once

#include <cstdint>

#include <boost/mpi/communicator.hpp>

#include "core/row_range.hpp"

namespace psychograph::comm {

using Communicator = boost::mpi::communicator;

/// The rows of rank `rank` when `n` rows are dealt out in order, the first n % size ranks getting one more.
core::RowRange local_range(std::int64_t n, int rank, int size);

/// The ranks of `world` for which `member` holds, in their order; an empty optional-like communicator
/// (`!result`) on the others. Collective.
Communicator subgroup(const Communicator& world, bool member);

/// The ranks of `world` on this rank's machine. Collective.
Communicator same_machine(const Communicator& world);

/// Stops every rank of the job at once, with `code`. Only for faults that could not be agreed upon.
[[noreturn]] void abort_all(const Communicator& world, int code);

}  // namespace psychograph::comm
