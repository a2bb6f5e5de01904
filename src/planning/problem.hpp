// A spec and a table's header as a problem for the cost model: no cell is read.
#pragma once

#include "comm/communicator.hpp"
#include "planning/model.hpp"
#include "spec/spec.hpp"

namespace psychograph::planning {

/// What the spec's job will have to do. Collective: rank 0 looks at the files. Throws what `io::open_table`
/// and `features::resolve` throw.
Problem problem_of(const comm::Communicator& world, const spec::Spec& spec);

}  // namespace psychograph::planning
