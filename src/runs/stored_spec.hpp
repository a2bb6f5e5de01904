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

}  // namespace psychograph::runs
