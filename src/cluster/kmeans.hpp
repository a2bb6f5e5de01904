// Distributed k-means: Lloyd's iteration (Lloyd 1982), exact on any number of ranks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "cluster/data.hpp"
#include "cluster/labels.hpp"
#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "spec/spec.hpp"

namespace psychograph::cluster {

struct Fitted {
  core::Centroids centroids;    ///< [k, p] centred encoded units, in no particular order
  double inertia = 0;           ///< weighted sum of squared distances to the nearest centroid
  std::int64_t iterations = 0;  ///< updates of the centroids
  bool converged = false;
  std::int64_t restart = 0;    ///< the one that is kept
  double seconds_seed = 0;     ///< of all restarts
  double seconds_cluster = 0;  ///< of the kept restart's iterations
};

/// After an assignment.
struct Iteration {
  std::int64_t restart = 0;
  std::int64_t number = 0;  ///< updates of the centroids so far
  double inertia = 0;       ///< of this assignment
  std::int64_t moved = 0;   ///< customers
  std::int64_t evaluated =
      0;  ///< customers who had to be compared with the centroids; the others' bounds held
};

/// What a caller may want to hear while it runs; the same calls on every rank.
struct Observer {
  std::function<void(const Iteration&)> iteration;
  /// An emptied cluster was given the globally farthest customer.
  std::function<void(std::int64_t cluster, std::int64_t global_row)> reseeded;
};

/// Runs all restarts, or one from `start` where it is given, and keeps the one of least inertia (the first
/// of several). `search` changes no bit of the result. Collective. Throws a data error for fewer distinct
/// rows than k.
Fitted kmeans(const comm::Communicator& world, const Data& data, const spec::Cluster& options,
              const std::optional<core::Centroids>& start, const Observer& observer,
              Search search = Search::automatic);

}  // namespace psychograph::cluster
