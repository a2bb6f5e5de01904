// Statistics of every feature of a spec, as a table for a person: what `describe` does.
#pragma once

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"
#include "runs/spec_options.hpp"

namespace psychograph::runs {

/// Reads the table and tells of every feature. Collective. Throws data, usage and environment errors.
void describe(const comm::Communicator& world, const SpecOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
