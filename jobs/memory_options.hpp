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

/// Declares --memory and --scratch.
void add_memory_options(CLI::App& job, MemoryOptions& options);

/// Decides where what a rank holds of each of its `rows` customers, with so many `encoded_columns`, is to
/// lie: in memory or, where that is more than --memory allows, in scratch. All ranks alike. Collective.
/// Throws an environment error where the scratch folder is of no use.
void place_rows(const comm::Communicator& world, const MemoryOptions& options, std::int64_t rows,
                std::int64_t encoded_columns, Reporter& reporter);

}  // namespace psychograph::jobs
