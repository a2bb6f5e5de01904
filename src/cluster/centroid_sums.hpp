// The exact sums behind the centroids: of the rows, the weights and the counts of every cluster.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cluster/data.hpp"
#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "core/fixed_point.hpp"

namespace psychograph::cluster {

/// This rank's part of the sums, kept up by difference: a customer who changes cluster is taken from one sum
/// and added to the other, exactly, so nothing drifts.
class CentroidSums {
 public:
  CentroidSums(const Data& data, std::size_t k);

  /// Adds or takes away (sign -1) a local row.
  void add(std::size_t row, std::int32_t cluster, std::int64_t sign);

  /// The integers of one all-reduce: [k, p] rows, [k] weights, [k] counts, and one to spare for the caller.
  [[nodiscard]] std::span<const std::int64_t> integers() const { return integers_; }
  [[nodiscard]] std::size_t k() const { return k_; }
  [[nodiscard]] const std::vector<core::FixedPoint>& scales() const { return scales_; }
  [[nodiscard]] const core::FixedPoint& weight_scale() const { return weight_scale_; }

 private:
  const Data& data_;
  std::size_t k_;
  std::vector<core::FixedPoint> scales_;  ///< [p]
  core::FixedPoint weight_scale_;
  std::vector<std::int64_t> integers_;
};

/// The same sums over all ranks, as numbers.
struct GlobalSums {
  core::Centroids sums;              ///< [k, p] weighted sums of rows
  std::vector<double> weights;       ///< [k]
  std::vector<std::int64_t> counts;  ///< [k] customers
  std::int64_t spare = 0;            ///< the caller's own sum (moved customers)

  /// The weighted sum of squared distances to each cluster's own mean: total_square - sum of |S|^2 / W.
  [[nodiscard]] long double least_inertia(double total_square) const;
  /// The same, to the given centroids.
  [[nodiscard]] long double inertia(double total_square, const core::Centroids& centroids) const;
  /// The means; an empty cluster's centroid is left as it stands in `previous`.
  [[nodiscard]] core::Centroids means(const core::Centroids& previous) const;
};

/// One all-reduce. Collective.
GlobalSums sum_over_ranks(const comm::Communicator& world, const CentroidSums& local, std::int64_t spare);

}  // namespace psychograph::cluster
