// The exact sums behind the centroids: of the rows, the weights and the counts of every cluster.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "core/fixed_point.hpp"
#include "kernel/data.hpp"
#include "kernel/moving_sums.hpp"

namespace psychograph::kernel {

/// This rank's part of the sums, kept up by difference: a customer who changes cluster is taken from one sum
/// and added to the other, exactly, so nothing drifts. Where some cells are far beyond the usual, what the
/// sums' integers round off goes into second ones.
class CentroidSums {
 public:
  CentroidSums(const Data& data, std::size_t k);

  /// Takes rows from the sums of their clusters and adds them to those of others. Local.
  void move(std::span<const Move> moves);

  /// The integers of one all-reduce: [k, p] rows, [k] weights, [k] counts; and [k, p] rests, where they are
  /// kept.
  [[nodiscard]] std::vector<std::int64_t> integers() const;
  [[nodiscard]] std::size_t k() const { return k_; }
  /// The number that the sum `c`, `j` over all ranks stands for, by the ranks' integers() added up.
  [[nodiscard]] double row_sum(std::span<const std::int64_t> integers, std::size_t c, std::size_t j) const;
  [[nodiscard]] const std::vector<core::FixedPoint>& scales() const { return scales_; }
  [[nodiscard]] const core::FixedPoint& weight_scale() const { return weight_scale_; }

 private:
  void move_rests(const Move& move);

  std::size_t k_;
  std::vector<core::FixedPoint> scales_;  ///< [p]
  core::FixedPoint weight_scale_;
  core::FixedPoint rest_scale_;        ///< of what is rounded off, in steps of `scales_`
  std::vector<double> multipliers_;    ///< [p], padded as MovingSums wants it
  std::vector<std::int64_t> rows_;     ///< [k, p padded]
  std::vector<std::int64_t> weights_;  ///< [k]
  std::vector<std::int64_t> counts_;   ///< [k]
  std::vector<std::int64_t> rests_;    ///< [k, p]; empty: not kept
};

/// The same sums over all ranks, as numbers.
struct GlobalSums {
  core::Centroids sums;              ///< [k, p] weighted sums of rows
  std::vector<double> weights;       ///< [k]
  std::vector<std::int64_t> counts;  ///< [k] customers
  std::vector<std::int64_t> extra;   ///< the caller's own sums

  /// The weighted sum of squared distances to each cluster's own mean: total_square - sum of |S|^2 / W.
  [[nodiscard]] long double least_inertia(double total_square) const;
  /// The same, to the given centroids.
  [[nodiscard]] long double inertia(double total_square, const core::Centroids& centroids) const;
  /// The means; an empty cluster's centroid is left as it stands in `previous`.
  [[nodiscard]] core::Centroids means(const core::Centroids& previous) const;
};

/// One all-reduce, in which `extra` rides along. Collective.
GlobalSums sum_over_ranks(const comm::Communicator& world, const CentroidSums& local,
                          std::vector<std::int64_t> extra = {});

}  // namespace psychograph::kernel
