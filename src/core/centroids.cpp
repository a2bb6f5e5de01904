#include "core/centroids.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/feature_matrix.hpp"

namespace psychograph::core {

std::string find_fault(const Centroids& centroids) {
  const double largest = 2 * largest_encoded(centroids.p());
  for (std::size_t c = 0; c < centroids.k(); ++c) {
    for (std::size_t j = 0; j < centroids.p(); ++j) {
      if (!(std::abs(centroids.at(c, j)) <= largest))
        return fmt::format("centroid {} is {} in column {}", c, centroids.at(c, j), j);
    }
  }
  return {};
}

}  // namespace psychograph::core
