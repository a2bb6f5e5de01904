// How much memory a rank may hold, and where the rest goes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "comm/communicator.hpp"
#include "jobs/reporter.hpp"

namespace psychograph::jobs {

struct MemoryOptions {
  std::optional<std::uint64_t> memory;  ///< bytes a rank; unset: as much as there is
  std::string scratch;                  ///< empty: $SLURM_TMPDIR, $TMPDIR or /tmp
};

/// For an option that takes a number of bytes, as 4G or 500M; more than 0.
CLI::Validator size_in_bytes();

/// Declares --memory and --scratch.
void add_memory_options(CLI::App& job, MemoryOptions& options);

/// How many encoded columns there will be, before the levels of categories are known.
struct Width {
  std::int64_t least;
  std::int64_t likely;
};

/// Decides where what a rank holds of each of its `rows` customers is to lie: in memory or, where that is
/// more than --memory allows, in scratch. All ranks alike. Collective. Throws an environment error where the
/// scratch folder is of no use, or has no room for all ranks of a machine.
void place_rows(const comm::Communicator& world, const MemoryOptions& options, std::int64_t rows, Width width,
                Reporter& reporter);

}  // namespace psychograph::jobs
