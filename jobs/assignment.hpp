// New customers to the segments of a frozen model: what `assign` does, and `verify` does again.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "jobs/reporter.hpp"
#include "segments/result.hpp"
#include "segments/stored_result.hpp"
#include "spec/spec.hpp"

namespace psychograph::jobs {

/// Assigns the customers of `spec.input` to the segments of `model`, and writes the result file `output`,
/// window by window: memory does not grow with the table. `model_path` is what messages call the model. The
/// result that is returned lacks the customers. Collective. Throws data errors that name file, column and
/// row.
segments::Result assign_customers(const comm::Communicator& world, const spec::Spec& spec,
                                  const segments::StoredResult& model, const std::string& model_path,
                                  const std::string& output, Reporter& reporter);

/// The fingerprint of the cells that `assign_customers` would use. Collective.
std::string fingerprint_to_assign(const comm::Communicator& world, const spec::Spec& spec,
                                  const segments::StoredResult& model, const std::string& model_path);

}  // namespace psychograph::jobs
