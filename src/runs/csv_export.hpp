// The assignments of a result file as CSV: what `export` does.
#pragma once

#include <string>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct ExportOptions {
  std::string result;
  std::string output;
  std::string table;  ///< the group of a table to be exported instead of the assignments; empty: none
};

/// Blocks of rows are dealt out to the ranks in turn; each formats its own, and they come out in row order.
/// Collective. Throws data and environment errors.
void export_assignments(const comm::Communicator& world, const ExportOptions& options, Reporter& reporter);

/// A table of the result, as it stands there. Collective. Throws data and environment errors.
void export_table(const comm::Communicator& world, const ExportOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
