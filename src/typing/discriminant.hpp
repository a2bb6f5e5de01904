// The linear discriminant (Fisher 1936; Rao 1948, for several groups).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "typing/moments.hpp"

namespace psychograph::typing {

/// A customer is in the segment of the highest score, the first of several.
struct Discriminant {
  std::vector<std::size_t> predictors;  ///< [m] of all
  std::vector<double> offsets;          ///< [k]
  std::vector<double> weights;          ///< [m, k], of cells in units

  [[nodiscard]] std::size_t segments() const { return offsets.size(); }
};

/// Covariances are pooled over n - k, and priors the shares. A predictor's own variance gets 1e-9 of its
/// total besides, so that one that says nothing new, or tells a segment without fail, does no harm. Segments
/// of nobody are never named. The same on every rank. Precondition: there are customers. Local.
Discriminant fit(const Moments& moments, std::span<const std::size_t> predictors);

/// Segments of customers whose cells are `columns` (one a predictor of the model, in its order, in units).
/// `scores` is room. Local.
void classify(const Discriminant& model, std::span<const double* const> columns, std::size_t rows,
              std::vector<double>& scores, std::int32_t* segments);

}  // namespace psychograph::typing
