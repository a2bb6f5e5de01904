#include "cluster/kmeans.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "cluster/assign.hpp"
#include "cluster/centroid_sums.hpp"
#include "cluster/kernel.hpp"
#include "cluster/labels.hpp"
#include "cluster/seeding.hpp"
#include "cluster/transfer.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/stopwatch.hpp"

namespace psychograph::cluster {
namespace {

/// One run of Lloyd's iteration from one start.
class Lloyd {
 public:
  Lloyd(const comm::Communicator& world, const Data& data, const spec::Cluster& options,
        const Observer& observer, std::int64_t restart, Search search)
      : world_(world),
        data_(data),
        options_(options),
        observer_(observer),
        restart_(restart),
        sums_(data, static_cast<std::size_t>(options.k)),
        labels_(comm::run_on_all_ranks(world, [&] {
          return std::make_unique<Labels>(data, static_cast<std::size_t>(options.k), search);
        })) {}

  Fitted run(core::Centroids centroids) {
    const core::Stopwatch watch;
    Fitted result;
    long double previous = std::numeric_limits<long double>::infinity();
    while (!result.converged && result.iterations < options_.max_iterations) {
      const auto work = labels_->update(PackedCentroids(centroids), sums_);
      auto global = sum_over_ranks(world_, sums_, {work.moved, work.evaluated});
      const auto moved = global.extra[0];
      if (observer_.iteration) {
        observer_.iteration({restart_, result.iterations,
                             static_cast<double>(global.inertia(data_.total_square, centroids)), moved,
                             global.extra[1]});
      }
      if (moved == 0) {
        result.converged = !options_.refine || !transfer(centroids, global);
        if (result.converged) break;
      }
      if (std::count(global.counts.begin(), global.counts.end(), 0) > 0)
        global = fill_empty_clusters(centroids, std::move(global));
      const auto inertia = global.least_inertia(data_.total_square);
      // Rounding can make rows at a tie change sides for ever; the exact inertia then no longer falls.
      result.converged = inertia >= previous || previous - inertia < options_.tolerance * previous;
      if (inertia >= previous) break;
      centroids = global.means(centroids);
      ++result.iterations;
      previous = inertia;
    }
    result.seconds_cluster = watch.seconds();
    result.centroids = std::move(centroids);
    result.restart = restart_;
    return result;
  }

 private:
  /// Where Lloyd has come to rest: moves single customers for as long as that lowers the inertia. `global`
  /// then holds the new sums. False where nobody moved.
  bool transfer(const core::Centroids& centroids, GlobalSums& global) {
    labels_->restore_order();
    bool any = false;
    auto means = global.means(centroids);
    auto inertia = global.least_inertia(data_.total_square);
    while (true) {
      const auto transfers = best_transfers(world_, data_, means, global, labels_->values());
      if (transfers.empty()) return any;
      for (const auto& move : transfers) {
        if (data_.rows.contains(move.row))
          labels_->set(static_cast<std::size_t>(move.row - data_.rows.begin), move.to, sums_);
      }
      global = sum_over_ranks(world_, sums_);
      const auto lowered = global.least_inertia(data_.total_square);
      if (lowered >= inertia) return any;
      inertia = lowered;
      means = global.means(means);
      any = true;
    }
  }

  /// Each empty cluster gets the customer farthest from the centroid of its own cluster (the first of
  /// several), out of the clusters that have another one left.
  GlobalSums fill_empty_clusters(const core::Centroids& centroids, GlobalSums global) {
    auto distances = comm::run_on_all_ranks(
        world_, [&] { return squared_distances(data_.matrix, centroids, labels_->values()); });
    for (std::size_t c = 0; c < global.counts.size(); ++c) {
      if (global.counts[c] > 0) continue;
      const auto row = farthest_row(distances, global.counts);
      if (row < 0) {
        const auto filled =
            std::count_if(global.counts.begin(), global.counts.end(), [](auto n) { return n > 0; });
        throw core::data_error(
            fmt::format("fewer distinct rows than k: there are {} different customers for {} segments",
                        filled, options_.k));
      }
      std::int64_t from = -1;
      if (data_.rows.contains(row)) {
        const auto local = static_cast<std::size_t>(row - data_.rows.begin);
        from = labels_->values()[local];
        labels_->set(local, static_cast<std::int32_t>(c), sums_);
        distances[local] = 0;
      }
      from = comm::max_over_ranks(world_, from);
      --global.counts[static_cast<std::size_t>(from)];
      ++global.counts[c];
      if (observer_.reseeded) observer_.reseeded(static_cast<std::int64_t>(c), row);
    }
    return sum_over_ranks(world_, sums_);
  }

  /// The global row, or -1 where every row is at its centroid or alone.
  std::int64_t farthest_row(std::span<const double> distances,
                            const std::vector<std::int64_t>& counts) const {
    double farthest = 0;
    std::int64_t row = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < data_.local_rows(); ++i) {
      if (data_.weight(i) <= 0 || counts[static_cast<std::size_t>(labels_->values()[i])] < 2 ||
          distances[i] <= farthest)
        continue;
      farthest = distances[i];
      row = data_.rows.begin + static_cast<std::int64_t>(i);
    }
    const double global = comm::max_over_ranks(world_, farthest);
    if (global <= 0) return -1;
    return comm::min_over_ranks(world_, farthest == global ? row : std::numeric_limits<std::int64_t>::max());
  }

  const comm::Communicator& world_;
  const Data& data_;
  const spec::Cluster& options_;
  const Observer& observer_;
  std::int64_t restart_;
  CentroidSums sums_;
  std::unique_ptr<Labels> labels_;
};

}  // namespace

Fitted kmeans(const comm::Communicator& world, const Data& data, const spec::Cluster& options,
              const std::optional<core::Centroids>& start, const Observer& observer, Search search) {
  Fitted best;
  best.inertia = std::numeric_limits<double>::infinity();
  double seconds_seed = 0;
  const auto restarts = start ? 1 : options.restarts;
  for (std::int64_t restart = 0; restart < restarts; ++restart) {
    core::Stopwatch watch;
    auto centroids = start ? *start
                           : seed_centroids(world, data, options.k, options.init, options.seed,
                                            static_cast<std::uint32_t>(restart));
    seconds_seed += watch.seconds();
    auto fitted = Lloyd(world, data, options, observer, restart, search).run(std::move(centroids));
    fitted.inertia = total_inertia(world, data, fitted.centroids);
    if (fitted.inertia < best.inertia) best = std::move(fitted);
  }
  best.seconds_seed = seconds_seed;
  return best;
}

}  // namespace psychograph::cluster
