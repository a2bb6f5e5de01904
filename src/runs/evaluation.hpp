// How well groups of customers stand, and how far they agree with others: what `evaluate` does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "evaluate/measures.hpp"
#include "results/tidy_table.hpp"
#include "runs/reporter.hpp"

namespace psychograph::runs {

struct EvaluateOptions {
  std::string source;  ///< a result file; with `by`, a spec
  std::vector<std::string> inputs;
  std::vector<std::string> sets;     ///< as in `--set`
  std::string by;                    ///< the column whose values are the groups
  std::vector<std::string> against;  ///< columns, and results (*.h5), to compare with
  std::int64_t sample = 5000;        ///< customers whose silhouettes are taken
  std::string output;
  std::string csv;
};

/// A row each.
results::TidyTable measure_table(const std::vector<evaluate::Measure>& measures);

/// Measures the segments of a result, joined to the table by the customers' ids, or the values of a column,
/// in the encoded features. Collective. Throws usage, data and environment errors.
void evaluate(const comm::Communicator& world, const EvaluateOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
