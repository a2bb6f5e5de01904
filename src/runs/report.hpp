// A result as a page that people read: what `report` does.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct ReportOptions {
  std::string result;
  std::vector<std::string> more;  ///< what typing, playbook, positioning and measure have written
  std::string output = "report.html";
  std::string brief;
  std::string json;
  std::string templates;
  std::string wording;
  std::string language = "en";
};

/// Hands over to the report's own program (Python, with h5py and Jinja2), which is looked for beside this
/// one: in the project's scripts/report, or installed in share/psychograph/report. PSYCHOGRAPH_PYTHON names
/// another Python. Collective: rank 0 does it. Throws a usage, data or environment error with what that
/// program says.
void report(const comm::Communicator& world, const ReportOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
