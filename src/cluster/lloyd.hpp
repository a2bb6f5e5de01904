// Lloyd's iteration (Lloyd 1982), exact on any number of ranks: customers go to the nearest centre, centres
// to the mean of their customers, or to what stands for it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "cluster/fit.hpp"
#include "core/centroids.hpp"

namespace psychograph::cluster {

/// Makes of means [k, p] of clusters of such weights [k] what the centres are; none that may be centres must
/// be nearer to the customers. Empty: the means are. Local; the same on every rank.
using Settle = std::function<void(core::Centroids& means, std::span<const double> weights)>;

/// An iteration a step. Collective.
std::unique_ptr<Fit> begin_lloyd(const FitInput& input, Settle settle, core::Centroids start);
/// As Algorithm::find_fault.
std::string find_lloyd_fault(const spec::Cluster& options, std::size_t p,
                             std::span<const std::uint64_t> state);
/// From a state without a fault. Collective.
std::unique_ptr<Fit> resume_lloyd(const FitInput& input, Settle settle, std::span<const std::uint64_t> state);

}  // namespace psychograph::cluster
