// The centres of the clusters, the same on every rank.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace psychograph::core {

/// [k, p] doubles, row-major, in centred encoded units (see features::Schema).
class Centroids {
 public:
  Centroids() = default;
  Centroids(std::size_t k, std::size_t p) : k_(k), p_(p), values_(k * p, 0.0) {}

  [[nodiscard]] std::size_t k() const { return k_; }
  [[nodiscard]] std::size_t p() const { return p_; }
  [[nodiscard]] double* row(std::size_t c) { return values_.data() + c * p_; }
  [[nodiscard]] const double* row(std::size_t c) const { return values_.data() + c * p_; }
  [[nodiscard]] double& at(std::size_t c, std::size_t j) { return values_[c * p_ + j]; }
  [[nodiscard]] double at(std::size_t c, std::size_t j) const { return values_[c * p_ + j]; }
  [[nodiscard]] const std::vector<double>& values() const { return values_; }
  friend bool operator==(const Centroids&, const Centroids&) = default;

 private:
  std::size_t k_ = 0;
  std::size_t p_ = 0;
  std::vector<double> values_;
};

/// What can't be so of centroids, in words: they are finite, and as near as means of encoded cells are. Empty
/// where nothing is wrong.
std::string find_fault(const Centroids& centroids);

}  // namespace psychograph::core
