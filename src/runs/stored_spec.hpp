// The spec that an earlier result was made with.
#pragma once

#include <string>
#include <vector>

#include "results/stored_result.hpp"
#include "spec/parse.hpp"

namespace psychograph::runs {

/// The spec inside the result file `path`, changed by `overrides`. Local; the same on every rank. Throws a
/// usage error for an override, and a data error where the spec itself is damaged.
spec::Spec parse_stored_spec(const results::StoredResult& result, const std::string& path,
                             const std::vector<spec::Override>& overrides);

/// A result, and the spec of its run for another look at the customers.
struct ResultAgain {
  results::StoredResult stored;
  spec::Spec spec;
};

/// Reads the result `path`; `inputs` (none: those of the run) and `sets` replace what its spec says.
/// Collective. Throws usage, data and environment errors.
ResultAgain read_again(const comm::Communicator& world, const std::string& path,
                       const std::vector<std::string>& inputs, const std::vector<std::string>& sets);

}  // namespace psychograph::runs
