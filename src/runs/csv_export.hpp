// The assignments of a result file as CSV: what `export` does.
#pragma once

#include <string>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct ExportOptions {
  std::string result;
  std::string output;
};

/// Blocks of rows are dealt out to the ranks in turn; each formats its own, and they come out in row order.
/// Collective. Throws data and environment errors.
void export_assignments(const comm::Communicator& world, const ExportOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
