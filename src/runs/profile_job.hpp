// The profile of segments by any columns: what `profile` does.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct ProfileJobOptions {
  std::string source;  ///< a result file; with `by`, a spec
  std::vector<std::string> inputs;
  std::vector<std::string> columns;  ///< globs; of these rather than of the model's features
  std::vector<std::string> sets;     ///< as in `--set`
  std::string by;                    ///< the column whose values are the segments
  std::string output;
  std::string csv;
};

/// Profiles the segments of a result, joined to the table by the customers' ids, or the values of a column.
/// Collective. Throws usage, data and environment errors.
void profile(const comm::Communicator& world, const ProfileJobOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
