// k-medoids of a few customers: which of them are the centres from which all together are least far.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace psychograph::cluster {

/// Distances [n, n] of customers from each other, and what each weighs [n].
struct Dissimilarities {
  std::span<const float> distances;
  std::span<const double> weights;

  [[nodiscard]] std::size_t n() const { return weights.size(); }
  [[nodiscard]] double at(std::size_t i, std::size_t j) const {
    return static_cast<double>(distances[i * n() + j]);
  }
};

/// Swaps a medoid for another customer wherever that lowers the weighted sum of distances from the nearest
/// medoid, until no swap does (Schubert and Rousseeuw, "Fast and eager k-medoids clustering: O(k) runtime
/// improvement of the PAM, CLARA, and CLARANS algorithms", Information Systems 101, 2021). Candidates are
/// tried in `order`, round and round: it, more than the first medoids, decides which optimum that comes to.
/// Precondition: `order` are all customers; `medoids` are some, each once. Local.
void faster_pam(const Dissimilarities& customers, std::span<const std::size_t> order,
                std::vector<std::size_t>& medoids);

}  // namespace psychograph::cluster
