// From centroids to every customer's segment, with distance, runner-up and margin.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cluster/data.hpp"
#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "core/feature_matrix.hpp"
#include "core/row_memory.hpp"

namespace psychograph::cluster {

/// Of the local rows. A customer who takes no part has segment and runner-up -1, and NaN elsewhere.
struct Assignment {
  core::RowVector<std::int32_t> segment;
  core::RowVector<std::int32_t> runner_up;  ///< -1 where k is 1
  core::RowVector<float> distance;          ///< Euclidean, to the own centroid, in encoded units
  core::RowVector<float> margin;            ///< 1 - d1/d2; 1 where k is 1
};

/// Of each row [16 * tiles] from the centroid that `labels` [16 * tiles] gives it, as the sum of (x - c)^2 in
/// double, features in order. Local.
core::RowVector<double> squared_distances(const core::FeatureMatrix& matrix, const core::Centroids& centroids,
                                          std::span<const std::int32_t> labels);

/// The exact weighted sum of squared distances to the nearest centroid. Collective.
double total_inertia(const comm::Communicator& world, const Data& data, const core::Centroids& centroids);

/// Centroids numbered by falling size (ties: first row), the customers assigned to them in that numbering,
/// and the exact figures of each segment.
struct Segments {
  core::Centroids centroids;
  Assignment assignment;           ///< local rows
  std::vector<std::int64_t> size;  ///< [k]
  std::vector<double> weight;      ///< [k]
  std::vector<double> inertia;     ///< [k]
  double total_inertia = 0;
};

/// Collective.
Segments assign_by_size(const comm::Communicator& world, const Data& data, core::Centroids centroids);
/// The same in the order that the centroids have. Collective.
Segments assign_in_order(const comm::Communicator& world, const Data& data, core::Centroids centroids);

/// How many customers are nearest to each centroid [k]. Collective.
std::vector<std::int64_t> count_nearest(const comm::Communicator& world, const Data& data,
                                        const core::Centroids& centroids);

}  // namespace psychograph::cluster
