// From a model to every customer's segment, with distance, runner-up and margin.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "cluster/densities.hpp"
#include "cluster/model.hpp"
#include "cluster/nearest_part.hpp"
#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "core/feature_matrix.hpp"
#include "core/row_memory.hpp"
#include "core/wide_sums.hpp"
#include "kernel/data.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::cluster {

/// Of the local rows. A customer who takes no part has label and runner-up -1, and NaN elsewhere; one who is
/// too far from all segments has label -1, the nearest one as the runner-up, the distance to it, and no
/// margin.
struct Assignment {
  core::RowVector<std::int32_t> label;      ///< the nearest centroid's index
  core::RowVector<std::int32_t> runner_up;  ///< likewise; -1 where k is 1
  core::RowVector<float> distance;    ///< to the own centroid, in encoded units: Euclidean, or the model's
  core::RowVector<float> margin;      ///< 1 - d1/d2, of a mixture 1 - p2/p1; 1 where k is 1
  core::RowVector<float> membership;  ///< [rows, k] of a mixture: adds up to 1; empty of other models

  /// So many rows, none of which takes part; `memberships` are told of each.
  void set_nobody(std::size_t rows, std::size_t memberships = 0, const core::RowMemory& where = {});
};

/// Of each row [16 * tiles] from the centroid that `labels` [16 * tiles] gives it, as the sum of (x - c)^2 in
/// double, features in order. Local.
core::RowVector<double> squared_distances(const core::FeatureMatrix& matrix, const core::Centroids& centroids,
                                          std::span<const std::int32_t> labels);

/// What centroids are worth: the customers nearest to each, and the exact weighted sum of squared distances
/// to them.
struct Worth {
  double inertia = 0;
  std::vector<std::int64_t> size;  ///< [k]
};

/// Collective.
Worth measure_worth(const comm::Communicator& world, const kernel::Data& data,
                    const core::Centroids& centroids);
/// The same of segments that may have parts: of who is in each. By another metric than the Euclidean it is of
/// who is nearest to each all the same. Collective.
Worth measure_worth(const comm::Communicator& world, const kernel::Data& data, const CentroidModel& model);

/// The nearest centroid of every row [16 * tiles]. Local.
core::RowVector<std::int32_t> nearest_labels(const core::FeatureMatrix& matrix,
                                             const core::Centroids& centroids);

/// The weighted sums [k] of squared distances from the centroids that `labels` [16 * tiles] give, exact
/// whatever the distances are. Collective.
core::WideSums labelled_inertia(const comm::Communicator& world, const kernel::Data& data,
                                const core::Centroids& centroids, std::span<const std::int32_t> labels);

/// A model's segments, the customers assigned to them, and the exact figures of each.
struct Segments {
  Model model;
  Assignment assignment;           ///< local rows
  std::vector<std::int64_t> size;  ///< [k]
  std::vector<double> weight;      ///< [k]
  std::vector<double> inertia;     ///< [k]
  double total_inertia = 0;

  [[nodiscard]] const core::Centroids& centroids() const { return centres(model); }
  [[nodiscard]] double total_weight() const;
  /// [k] of the total weight; all 0 where nobody takes part.
  [[nodiscard]] std::vector<double> shares() const;
};

/// Exact figures of each segment, added up row by row on each rank. Not even the sizes of the terms need be
/// known beforehand, so that a table that streams by gives the bits of one in memory.
class FigureSums {
 public:
  /// `weighted`: rows weigh something else than 1, on any rank.
  FigureSums(std::size_t k, bool weighted) : weighted_(weighted), size_(k, 0), inertia_(k), weight_(k) {}

  /// A row of `weight` at the squared distance `square`.
  void add(std::size_t segment, double weight, double square);
  /// Of all ranks together: size, weight, inertia and total_inertia of `segments`. Collective.
  void read_into(const comm::Communicator& world, Segments& segments);

 private:
  bool weighted_;
  std::vector<std::int64_t> size_;
  core::WideSums inertia_;
  core::WideSums weight_;
};

/// A model made ready to score rows, tile by tile. A row's result depends on the row alone, however rows are
/// dealt out to matrices. Local.
class Scorer {
 public:
  /// `blocks` are those of the encoded columns, and outlive it; only a model of classes asks for them.
  Scorer(const Model& model, const std::vector<core::ColumnBlock>& blocks);

  [[nodiscard]] std::size_t k() const { return centroids_.k(); }
  /// How many memberships are told of a customer: k of a mixture, else 0.
  [[nodiscard]] std::size_t memberships() const { return mixture_ ? k() : 0; }
  /// The segment [16 * tiles] that each row is in; -1: in none.
  void best(kernel::Tiles tiles, std::int32_t* labels) const;
  /// Turns rows into assignments, and adds them to `figures`. Rows of weight 0 are left as they are in
  /// `assignment`; `weights` is empty (all 1) or has one element a row.
  void assign(const core::FeatureMatrix& matrix, std::span<const double> weights, Assignment& assignment,
              FigureSums& figures) const;

 private:
  struct Block;
  void find_nearest(kernel::Tiles tiles, Block& block) const;
  void find_nearest_parts(kernel::Tiles tiles, Block& block) const;
  void find_likeliest(kernel::Tiles tiles, Block& block) const;

  core::Centroids centroids_;
  std::optional<kernel::PackedCentroids> packed_;  ///< customers go to the nearest
  double square_reach_ = std::numeric_limits<double>::infinity();
  spec::Metric metric_ = spec::Metric::euclidean;
  std::optional<NearestPart> parts_;
  std::optional<Densities> mixture_;  ///< or to the likeliest
};

/// Segments numbered by falling size (ties: first row). Collective.
Segments assign_by_size(const comm::Communicator& world, const kernel::Data& data, Model model);
/// The same in the order that the model has. Collective.
Segments assign_in_order(const comm::Communicator& world, const kernel::Data& data, Model model);

/// How many customers are in each segment [k]. Collective.
std::vector<std::int64_t> count_customers(const comm::Communicator& world, const kernel::Data& data,
                                          const Model& model);

}  // namespace psychograph::cluster
