// How much memory a rank may hold, and where the rest goes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "comm/communicator.hpp"
#include "planning/model.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct MemoryOptions {
  std::optional<std::uint64_t> memory;  ///< bytes a rank; unset: as much as there is
  std::string scratch;                  ///< empty: $SLURM_TMPDIR, $TMPDIR or /tmp
};

/// Decides where what a rank holds of each of its customers is to lie: in memory or, where that is more than
/// --memory allows, in scratch. All ranks alike. `problem` is one rank's, of `customers` on the rank that has
/// most; there are `least_columns` at the least, whatever levels are found. Collective. Throws an environment
/// error where the scratch folder is of no use, or has no room for all ranks of a machine.
core::RowMemory place_rows(const comm::Communicator& world, const MemoryOptions& options,
                           const planning::Problem& problem, std::int64_t least_columns, Reporter& reporter);

/// The same where it is known that a rank holds `bytes` at the most, and `least_bytes` of them of its rows.
/// Collective.
core::RowMemory place_bytes(const comm::Communicator& world, const MemoryOptions& options, double bytes,
                            double least_bytes, Reporter& reporter);

}  // namespace psychograph::runs
