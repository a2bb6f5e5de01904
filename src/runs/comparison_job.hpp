// Algorithms side by side, and whether what they find is there: what `compare` does.
#pragma once

#include <cstdint>
#include <string>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"
#include "runs/spec_options.hpp"

namespace psychograph::runs {

struct CompareOptions {
  SpecOptions spec;
  std::string csv;       ///< a folder for the tables as CSV; empty: none
  bool resume = false;   ///< runs that are done already are not done again
  bool dry_run = false;  ///< only say what would be run
  bool labels = false;   ///< write every customer's segment in every run
  std::string part;      ///< "2/10": do the second tenth of the runs, and write no result
};

/// Runs the grid that the spec's [compare] names, one run after the other on all ranks, and writes tables.
/// Collective. Throws usage, data and environment errors, and one of code `stopped`.
void compare(const comm::Communicator& world, const CompareOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
