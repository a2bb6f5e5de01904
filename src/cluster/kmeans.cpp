#include "cluster/kmeans.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cluster/assign.hpp"
#include "cluster/empty_clusters.hpp"
#include "cluster/seeding.hpp"
#include "cluster/transfer.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/stop_request.hpp"
#include "core/stopwatch.hpp"
#include "kernel/centroid_sums.hpp"
#include "kernel/kernel.hpp"
#include "kernel/labels.hpp"

namespace psychograph::cluster {
namespace {

/// One run of Lloyd's iteration from one start.
class Lloyd {
 public:
  Lloyd(const comm::Communicator& world, const kernel::Data& data, const spec::Cluster& options,
        const Observer& observer, kernel::Search search)
      : world_(world),
        data_(data),
        options_(options),
        observer_(observer),
        sums_(data, static_cast<std::size_t>(options.k)),
        labels_(comm::run_on_all_ranks(world, [&] {
          return std::make_unique<kernel::Labels>(data, static_cast<std::size_t>(options.k), search);
        })) {}

  /// Goes on from `progress.centroids`, and keeps `progress` up.
  Fitted run(Progress& progress) {
    const core::Stopwatch watch;
    Fitted result;
    result.restart = progress.restart;
    while (!result.converged && progress.iterations < options_.max_iterations)
      result.converged = iterate(progress);
    result.iterations = progress.iterations;
    result.seconds_cluster = watch.seconds();
    result.centroids = *progress.centroids;
    return result;
  }

 private:
  /// One iteration; whether it was the last. Rounding can make rows at a tie change sides for ever; the exact
  /// inertia then no longer falls, and the iteration counts for nothing.
  bool iterate(Progress& progress) {
    auto& centroids = *progress.centroids;
    const auto work = labels_->update(kernel::PackedCentroids(centroids), sums_);
    auto global = sum(work, observer_.wants_progress && observer_.wants_progress());
    if (observer_.iteration) {
      const auto inertia = trusted(global.inertia(data_.total_square, centroids), centroids);
      observer_.iteration(
          {progress.restart, progress.iterations, static_cast<double>(inertia), moved_, evaluated_});
    }
    const bool wanted = progress_wanted_;
    const auto empty = std::count(global.counts.begin(), global.counts.end(), 0);
    // Centroids that are their clusters' means stay where they are. Asking how many customers moved would ask
    // for the labels before this iteration, which a fit that goes on from elsewhere doesn't know.
    const bool rests = empty == 0 && global.means(centroids) == centroids;
    if (rests && (!options_.refine || !transfer(centroids, global))) return true;
    if (empty > 0) global = fill_empty_clusters(centroids, std::move(global));
    const auto means = global.means(centroids);
    const auto inertia = trusted(global.least_inertia(data_.total_square), means);
    if (inertia >= progress.inertia) return true;
    const bool slow = progress.inertia - inertia < options_.tolerance * progress.inertia;
    centroids = means;
    ++progress.iterations;
    progress.inertia = inertia;
    if (slow) return true;
    if (stop_requested_) throw core::stopped_error("stopped on request");
    if (wanted && observer_.reached) observer_.reached(progress);
    return false;
  }

  /// The sums over all ranks; whether a rank was asked to stop and how much was done ride along.
  kernel::GlobalSums sum(const kernel::Labels::Work& work = {}, bool wants_progress = false) {
    auto global = sum_over_ranks(
        world_, sums_, {work.moved, work.evaluated, core::stop_requested() ? 1 : 0, wants_progress ? 1 : 0});
    moved_ = global.extra[0];
    evaluated_ = global.extra[1];
    stop_requested_ = global.extra[2] > 0;
    progress_wanted_ = global.extra[3] > 0;
    return global;
  }

  /// The labels' inertia about `centroids`, as the sums say it. Where these subtract nearly all from nearly
  /// as much, hardly a digit is left: then it is added up row by row.
  long double trusted(long double from_sums, const core::Centroids& centroids) {
    constexpr long double least_share = 0x1p-24L;
    if (from_sums > least_share * data_.total_square) return from_sums;
    labels_->restore_order();
    return labelled_inertia(world_, data_, centroids, labels_->values());
  }

  /// Where Lloyd has come to rest: moves single customers for as long as that lowers the inertia. `global`
  /// then holds the new sums. False where nobody moved.
  bool transfer(const core::Centroids& centroids, kernel::GlobalSums& global) {
    labels_->restore_order();
    bool any = false;
    auto means = global.means(centroids);
    auto inertia = trusted(global.least_inertia(data_.total_square), means);
    while (true) {
      const auto transfers = best_transfers(world_, data_, means, global, labels_->values());
      if (transfers.empty()) return any;
      for (const auto& move : transfers) {
        if (data_.rows.contains(move.row))
          labels_->set(static_cast<std::size_t>(move.row - data_.rows.begin), move.to, sums_);
      }
      global = sum();
      if (stop_requested_) throw core::stopped_error("stopped on request");
      auto lower_means = global.means(means);
      const auto lowered = trusted(global.least_inertia(data_.total_square), lower_means);
      if (lowered >= inertia) return any;
      inertia = lowered;
      means = std::move(lower_means);
      any = true;
    }
  }

  /// Each empty cluster gets the customer farthest from the centroid of its own cluster (the first of
  /// several), out of the clusters that have another one left.
  kernel::GlobalSums fill_empty_clusters(const core::Centroids& centroids, kernel::GlobalSums global) {
    labels_->restore_order();
    OwnDistances distances(world_, data_, centroids, labels_->values());
    for (std::size_t c = 0; c < global.counts.size(); ++c) {
      if (global.counts[c] > 0) continue;
      const auto row = distances.farthest(global.counts);
      if (row < 0) fail_few_rows(global.counts);
      std::int64_t from = -1;
      if (data_.rows.contains(row)) {
        const auto local = static_cast<std::size_t>(row - data_.rows.begin);
        from = labels_->values()[local];
        labels_->set(local, static_cast<std::int32_t>(c), sums_);
        distances.forget(local);
      }
      from = comm::max_over_ranks(world_, from);
      --global.counts[static_cast<std::size_t>(from)];
      ++global.counts[c];
      if (observer_.reseeded) observer_.reseeded(static_cast<std::int64_t>(c), row);
    }
    return sum();
  }

  const comm::Communicator& world_;
  const kernel::Data& data_;
  const spec::Cluster& options_;
  const Observer& observer_;
  kernel::CentroidSums sums_;
  std::unique_ptr<kernel::Labels> labels_;
  std::int64_t moved_ = 0;  ///< over all ranks, as all of these
  std::int64_t evaluated_ = 0;
  bool stop_requested_ = false;
  bool progress_wanted_ = false;
};

}  // namespace

Fitted kmeans(const comm::Communicator& world, const kernel::Data& data, const spec::Cluster& options,
              Progress& progress, const Observer& observer, kernel::Search search) {
  const Starts starts{options.init == spec::Init::file ? 1 : options.restarts, [&](std::int64_t restart) {
                        return seed_centroids(world, data, options.k, options.init, options.seed,
                                              static_cast<std::uint32_t>(restart));
                      }};
  return kmeans(world, data, options, starts, progress, observer, search);
}

Fitted kmeans(const comm::Communicator& world, const kernel::Data& data, const spec::Cluster& options,
              const Starts& starts, Progress& progress, const Observer& observer, kernel::Search search) {
  const auto reached = [&] {
    if (observer.reached) observer.reached(progress);
    comm::heed_stop_requests(world);
  };
  double seconds_seed = 0;
  while (progress.restart < starts.count) {
    if (!progress.centroids) {
      const core::Stopwatch watch;
      progress.centroids = starts.of(progress.restart);
      seconds_seed += watch.seconds();
      reached();
    }
    auto fitted = Lloyd(world, data, options, observer, search).run(progress);
    const auto found = fitted.centroids;
    fitted.inertia = fill_empty_clusters(world, data, observer.reseeded, fitted.centroids).inertia;
    fitted.converged = fitted.converged && fitted.centroids == found;
    auto best = std::move(progress.best);
    if (!best || fitted.inertia < best->inertia) best = std::move(fitted);
    const auto next = progress.restart + 1;
    progress = Progress{};
    progress.restart = next;
    progress.best = std::move(best);
    reached();
  }
  auto best = progress.best.value();
  best.seconds_seed = seconds_seed;
  return best;
}

}  // namespace psychograph::cluster
