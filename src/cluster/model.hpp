// What a fit leaves behind. Algorithms are many and models few: all that follows a fit depends on the model
// alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/centroids.hpp"
#include "spec/spec.hpp"

namespace psychograph::cluster {

/// Segments that are made of many smaller ones: a customer belongs to the segment of the nearest of these.
struct Parts {
  core::Centroids centroids;          ///< [m, p] as a segment's; [0, 0]: segments have no parts
  std::vector<double> weights;        ///< [m] of the customers that they were found with
  std::vector<std::int64_t> counts;   ///< [m] how many these were
  std::vector<std::int64_t> segment;  ///< [m] which part is in
  [[nodiscard]] bool empty() const { return centroids.k() == 0; }
  friend bool operator==(const Parts&, const Parts&) = default;
};

/// What can't be so of the parts of k segments, in words; empty where nothing is wrong. Each has one.
std::string find_fault(const Parts& parts, std::size_t k, std::size_t p);

/// A customer belongs to the nearest centroid, the lowest index of several; to none where that is too far.
struct CentroidModel {
  core::Centroids centroids;  ///< [k, p] centred encoded units
  double square_reach =
      std::numeric_limits<double>::infinity();    ///< the largest squared distance that is not too far
  spec::Metric metric = spec::Metric::euclidean;  ///< by which it is the nearest
  Parts parts = {};                               ///< if it has some, they decide
  friend bool operator==(const CentroidModel&, const CentroidModel&) = default;
};

/// A customer belongs to the class that the answers make likeliest (cluster/latent_class.hpp).
struct ClassModel {
  core::Centroids
      centroids;  ///< [k, p] centred encoded units: of names these are shares of the class's customers
  std::vector<double> shares;  ///< [k] of the classes; they add up to 1
  friend bool operator==(const ClassModel&, const ClassModel&) = default;
};

/// A customer belongs to the normal distribution that the cells make likeliest (cluster/gmm.hpp).
struct NormalModel {
  core::Centroids centroids;   ///< [k, p] centred encoded units: the means
  std::vector<double> shares;  ///< [k] of the segments; they add up to 1
  spec::Covariance covariance = spec::Covariance::diagonal;
  /// Of each segment, or of all where they share one: W with |W (x - mean)|^2 for the squared distance. One
  /// number where every direction counts alike; [p] on the diagonal; else the lower triangle, row by row.
  std::vector<double> factors;
  friend bool operator==(const NormalModel&, const NormalModel&) = default;
};

/// Closed: std::visit finds every place that a further kind would have to be thought of.
using Model = std::variant<CentroidModel, ClassModel, NormalModel>;

/// Whether customers belong to segments by shares, and not wholly.
bool is_mixture(const Model& model);

/// Whether columns vary together: a factor is a triangle then.
bool has_triangle(spec::Covariance covariance);
/// How many numbers a factor has in `p` columns, and how many factors `k` segments have.
std::size_t factor_size(spec::Covariance covariance, std::size_t p);
std::size_t factors_of(spec::Covariance covariance, std::size_t k);
/// That of segment c. Its diagonal element of column j is factor[diagonal_place(covariance, j)].
std::span<const double> factor_of(const NormalModel& model, std::size_t c);
std::size_t diagonal_place(spec::Covariance covariance, std::size_t j);

/// What is reported of the segments, matched from quarter to quarter and told apart by: [k, p].
const core::Centroids& centres(const Model& model);

/// The same with segment order[i] in place i; those that `order` doesn't name are left out.
Model arranged(const Model& model, std::span<const std::size_t> order);

}  // namespace psychograph::cluster
