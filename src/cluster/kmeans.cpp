#include "cluster/kmeans.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "cluster/assign.hpp"
#include "cluster/centroid_sums.hpp"
#include "cluster/kernel.hpp"
#include "cluster/seeding.hpp"
#include "cluster/transfer.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/stopwatch.hpp"

namespace psychograph::cluster {
namespace {

constexpr auto tile_rows = core::FeatureMatrix::tile_rows;

/// One run of Lloyd's iteration from one start.
class Lloyd {
 public:
  Lloyd(const comm::Communicator& world, const Data& data, const spec::Cluster& options,
        const Observer& observer, std::int64_t restart)
      : world_(world),
        data_(data),
        options_(options),
        observer_(observer),
        restart_(restart),
        sums_(data, static_cast<std::size_t>(options.k)),
        labels_(comm::run_on_all_ranks(
            world, [&] { return std::vector<std::int32_t>(data.matrix.tiles() * tile_rows, -1); })) {}

  Fitted run(core::Centroids centroids) {
    const core::Stopwatch watch;
    Fitted result;
    long double previous = std::numeric_limits<long double>::infinity();
    while (!result.converged && result.iterations < options_.max_iterations) {
      auto global = sum_over_ranks(world_, sums_, reassign(centroids));
      if (observer_.iteration) {
        observer_.iteration(restart_, result.iterations,
                            static_cast<double>(global.inertia(data_.total_square, centroids)), global.spare);
      }
      if (global.spare == 0) {
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
  /// Gives every row its nearest centroid and brings the sums up to date. Returns this rank's moved rows.
  std::int64_t reassign(const core::Centroids& centroids) {
    constexpr std::size_t block = 64;  // tiles: small enough to stay in cache between label and sum
    const PackedCentroids packed(centroids);
    std::int32_t found[block * tile_rows];
    std::int64_t moved = 0;
    for (std::size_t t = 0; t < data_.matrix.tiles(); t += block) {
      const auto count = std::min(block, data_.matrix.tiles() - t);
      nearest(data_.matrix, t, count, packed, found);
      const auto rows = std::min(count * tile_rows, data_.local_rows() - t * tile_rows);
      for (std::size_t i = 0; i < rows; ++i) moved += move_row(t * tile_rows + i, found[i]);
    }
    return moved;
  }

  std::int64_t move_row(std::size_t row, std::int32_t cluster) {
    const auto before = labels_[row];
    if (before == cluster || data_.weight(row) <= 0) return 0;
    if (before >= 0) sums_.add(row, before, -1);
    sums_.add(row, cluster, +1);
    labels_[row] = cluster;
    return 1;
  }

  /// Where Lloyd has come to rest: moves single customers for as long as that lowers the inertia. `global`
  /// then holds the new sums. False where nobody moved.
  bool transfer(const core::Centroids& centroids, GlobalSums& global) {
    bool any = false;
    auto means = global.means(centroids);
    auto inertia = global.least_inertia(data_.total_square);
    while (true) {
      const auto transfers = best_transfers(world_, data_, means, global, labels_);
      if (transfers.empty()) return any;
      for (const auto& move : transfers) {
        if (data_.rows.contains(move.row))
          move_row(static_cast<std::size_t>(move.row - data_.rows.begin), move.to);
      }
      global = sum_over_ranks(world_, sums_, 0);
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
    auto distances =
        comm::run_on_all_ranks(world_, [&] { return squared_distances(data_.matrix, centroids, labels_); });
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
        from = labels_[local];
        move_row(local, static_cast<std::int32_t>(c));
        distances[local] = 0;
      }
      from = comm::max_over_ranks(world_, from);
      --global.counts[static_cast<std::size_t>(from)];
      ++global.counts[c];
      if (observer_.reseeded) observer_.reseeded(static_cast<std::int64_t>(c), row);
    }
    return sum_over_ranks(world_, sums_, global.spare);
  }

  /// The global row, or -1 where every row is at its centroid or alone.
  std::int64_t farthest_row(const std::vector<double>& distances,
                            const std::vector<std::int64_t>& counts) const {
    double farthest = 0;
    std::int64_t row = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < data_.local_rows(); ++i) {
      if (data_.weight(i) <= 0 || counts[static_cast<std::size_t>(labels_[i])] < 2 ||
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
  std::vector<std::int32_t> labels_;
};

}  // namespace

Fitted kmeans(const comm::Communicator& world, const Data& data, const spec::Cluster& options,
              const std::optional<core::Centroids>& start, const Observer& observer) {
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
    auto fitted = Lloyd(world, data, options, observer, restart).run(std::move(centroids));
    fitted.inertia = total_inertia(world, data, fitted.centroids);
    if (fitted.inertia < best.inertia) best = std::move(fitted);
  }
  best.seconds_seed = seconds_seed;
  return best;
}

}  // namespace psychograph::cluster
