// New customers to the segments of a frozen model: what `assign` does, and `verify` does again.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "results/result.hpp"
#include "results/stored_result.hpp"
#include "runs/reporter.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// Assigns the customers of `spec.input` to the segments of `model`, and writes the result file `output`,
/// window by window: memory does not grow with the table. `model_path` is what messages call the model. The
/// result that is returned lacks the customers. Collective. Throws data errors that name file, column and
/// row. `profile`: whether the result gets one.
results::Result assign_customers(const comm::Communicator& world, const spec::Spec& spec,
                                 const results::StoredResult& model, const std::string& model_path,
                                 const std::string& output, bool profile, Reporter& reporter);

/// The fingerprint of the cells that `assign_customers` would use. Collective.
std::string fingerprint_to_assign(const comm::Communicator& world, const spec::Spec& spec,
                                  const results::StoredResult& model, const std::string& model_path);

struct AssignOptions {
  std::string model;
  std::vector<std::string> inputs;
  std::string output;
  std::string table;
  std::string id;
  bool external = false;
  bool profile = true;
};

/// Assigns the customers of `options.inputs` by the model of a result file. Collective. Throws usage, data
/// and environment errors, and one of code `stopped`.
void assign(const comm::Communicator& world, const AssignOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
