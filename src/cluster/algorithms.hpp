// The one list of algorithms.
#pragma once

#include "cluster/fit.hpp"
#include "spec/spec.hpp"

namespace psychograph::cluster {

const Algorithm& algorithm(spec::Algorithm id);

/// The starts that `options` ask for, drawn from the data; not those of Init::file. All arguments outlive it.
Starts drawn_starts(const comm::Communicator& world, const kernel::Data& data, const spec::Cluster& options);

}  // namespace psychograph::cluster
