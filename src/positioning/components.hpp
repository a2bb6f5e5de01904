// Principal components of the features that segments were made of (Pearson 1901; Hotelling 1933).
#pragma once

#include <cstddef>
#include <vector>

#include "typing/moments.hpp"

namespace psychograph::positioning {

struct Components {
  std::vector<double>
      eigenvalues;               ///< [p] of the correlations, falling; they add up to the features that vary
  std::vector<double> loadings;  ///< [p, p] feature by component; a component's have unit length
  std::vector<double> scores;    ///< [k, p] segments' means of z . loadings
  /// [k, 3] of a segment's mean on the first two: variance, covariance, variance; the customers are the
  /// sample, and vary as much in every segment.
  std::vector<double> doubts;
  std::size_t features = 0;

  [[nodiscard]] double loading(std::size_t feature, std::size_t component) const {
    return loadings[feature * features + component];
  }
  [[nodiscard]] double score(std::size_t segment, std::size_t component) const {
    return scores[segment * features + component];
  }
  [[nodiscard]] double share(std::size_t component) const;
};

/// Of predictors that are amounts, z-scored by everybody's deviation. Features that don't vary load nowhere.
/// On each component the largest loading (by size) is positive. The same on every rank. Local.
Components find_components(const typing::Moments& moments, std::size_t features);

}  // namespace psychograph::positioning
