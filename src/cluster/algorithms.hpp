// The one list of algorithms: what a spec may name, and how each is begun.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "cluster/fit.hpp"
#include "spec/spec.hpp"

namespace psychograph::cluster {

/// What those who prepare a fit have to know of an algorithm.
struct Needs {
  /// It starts from centroids, drawn or given: an earlier result's may be these.
  bool start = true;
};
Needs needs_of(spec::Algorithm algorithm);

/// The starts that `options` ask for, drawn from the data; not those of Init::file. All arguments outlive it.
Starts drawn_starts(const comm::Communicator& world, const kernel::Data& data, const spec::Cluster& options);

/// The fit that `input.options` name, from one of the starts. Collective.
std::unique_ptr<Fit> begin_fit(const FitInput& input, const Starts& starts, std::int64_t restart);
/// What can't be so, in words, of the state of such a fit to `p` columns; empty where nothing is wrong.
/// Local.
std::string find_fault(const spec::Cluster& options, std::size_t p, std::span<const std::uint64_t> state);
/// The same fit from a state that it has come to. Collective. Precondition: that has no fault.
std::unique_ptr<Fit> resume_fit(const FitInput& input, std::span<const std::uint64_t> state);

}  // namespace psychograph::cluster
