// What came of a campaign, in each segment.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/memory.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct MeasureOptions {
  std::string path;                 ///< of the TOML file
  std::vector<std::string> inputs;  ///< campaign tables (globs), instead of those of the file
  std::string segments;             ///< a result, whose segments are groups; may be empty
  std::vector<std::string> sets;    ///< as in `--set`
  std::string output;
  std::string csv;  ///< a folder for the tables; empty: none
  MemoryOptions memory;
};

/// Writes what the campaign changed, with its doubt. Collective. Throws usage, data and environment errors.
void measure(const comm::Communicator& world, const MeasureOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
