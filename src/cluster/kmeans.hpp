// Distributed k-means: Lloyd's iteration (Lloyd 1982), exact on any number of ranks. A step is an iteration.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "cluster/fit.hpp"
#include "core/centroids.hpp"

namespace psychograph::cluster {

/// Collective.
std::unique_ptr<Fit> begin_kmeans(const FitInput& input, core::Centroids start);
/// What can't be so, in words, of the state of such a fit to `p` columns; empty where nothing is wrong.
/// Throws a data error where its words are none. Local.
std::string find_kmeans_fault(const spec::Cluster& options, std::size_t p,
                              std::span<const std::uint64_t> state);
/// From a state of such a fit. Collective. Precondition: it has no fault.
std::unique_ptr<Fit> resume_kmeans(const FitInput& input, std::span<const std::uint64_t> state);

}  // namespace psychograph::cluster
