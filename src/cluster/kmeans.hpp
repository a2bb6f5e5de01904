// Distributed k-means: Lloyd's iteration (Lloyd 1982), exact on any number of ranks.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>

#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "kernel/data.hpp"
#include "kernel/labels.hpp"
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

/// Where a fit stands between two iterations. With the data and the options it is all that the rest follows
/// from, on any number of ranks: sums are exact, labels follow from the centroids, random numbers from the
/// seed.
struct Progress {
  std::int64_t restart = 0;                       ///< the running one, or the next
  std::optional<core::Centroids> centroids = {};  ///< of the running restart; none: not seeded yet
  std::int64_t iterations = 0;                    ///< of the running restart
  /// What the centroids were computed from had this inertia about its means; iterations must lower it.
  long double inertia = std::numeric_limits<long double>::infinity();
  std::optional<Fitted> best = {};  ///< of the restarts that have ended
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
  std::function<void(const Iteration&)> iteration = {};
  /// An emptied cluster was given the globally farthest customer.
  std::function<void(std::int64_t cluster, std::int64_t global_row)> reseeded = {};
  /// Whether `reached` should be called after the iteration that runs; asked on every rank, and one that
  /// says yes is enough.
  std::function<bool()> wants_progress = {};
  /// The fit has come to where it could go on from: as wanted, and whenever centroids are seeded or a restart
  /// has ended.
  std::function<void(const Progress&)> reached = {};
};

/// Where the restarts start from.
struct Starts {
  std::int64_t count = 1;  ///< restarts
  /// The centroids [k, p] that one restart starts from: always the same. Collective.
  std::function<core::Centroids(std::int64_t restart)> of;
};

/// Runs what `progress` leaves to do of all restarts, and keeps the one of least inertia (the first of
/// several). `search` changes no bit of the result. Collective. Throws a data error for fewer distinct rows
/// than k, and where a rank was asked to stop an error of code `stopped`; whatever it throws, `progress` is
/// where the fit can go on from.
Fitted kmeans(const comm::Communicator& world, const kernel::Data& data, const spec::Cluster& options,
              const Starts& starts, Progress& progress, const Observer& observer,
              kernel::Search search = kernel::Search::automatic);
/// The same from starts that are drawn as the options say. With Init::file there is one restart, and
/// `progress.centroids` is its start.
Fitted kmeans(const comm::Communicator& world, const kernel::Data& data, const spec::Cluster& options,
              Progress& progress, const Observer& observer,
              kernel::Search search = kernel::Search::automatic);

}  // namespace psychograph::cluster
