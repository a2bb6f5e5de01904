// A result as other programs read it: what `export` does.
#pragma once

#include <string>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct ExportOptions {
  std::string result;
  std::string output;
  enum class What { assignments, profile, personas, questions, points, sql, spreadsheet, json };
  What what = What::assignments;
};

/// The assignments or a table as CSV, or a typing tool in a language. Of the assignments blocks of rows are
/// dealt out to the ranks in turn; each formats its own, and they come out in row order. Collective. Throws
/// data and environment errors.
void export_result(const comm::Communicator& world, const ExportOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
