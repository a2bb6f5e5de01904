// A spec and a table's header as a problem for the cost model: no cell is read.
#pragma once

#include <vector>

#include "comm/communicator.hpp"
#include "features/resolve.hpp"
#include "io/table.hpp"
#include "planning/model.hpp"
#include "spec/spec.hpp"

namespace psychograph::planning {

/// What the spec's job will have to do with that table. Local.
Problem problem_of(const io::Table& table, const spec::Spec& spec,
                   const std::vector<features::Feature>& features);

/// The same. Collective: rank 0 looks at the files; cells are read where words stand for numbers alone, to
/// say which. Throws what `io::open_table` and `features::resolve` throw.
Problem problem_of(const comm::Communicator& world, const spec::Spec& spec);

}  // namespace psychograph::planning
