// What a fit leaves behind. Algorithms are many and models few: all that follows a fit depends on the model
// alone.
#pragma once

#include <cstddef>
#include <span>
#include <variant>

#include "core/centroids.hpp"

namespace psychograph::cluster {

/// A customer belongs to the nearest centroid, the lowest index of several.
struct CentroidModel {
  core::Centroids centroids;  ///< [k, p] centred encoded units
  friend bool operator==(const CentroidModel&, const CentroidModel&) = default;
};

/// Closed: std::visit finds every place that a further kind would have to be thought of.
using Model = std::variant<CentroidModel>;

/// What is reported of the segments, matched from quarter to quarter and told apart by: [k, p].
const core::Centroids& centres(const Model& model);

/// The same with segment order[i] in place i; those that `order` doesn't name are left out.
Model arranged(const Model& model, std::span<const std::size_t> order);

}  // namespace psychograph::cluster
