// The one loop that costs: rows against centroids. Written once in Highway and compiled for every
// instruction set; the best one of the machine is picked at run time. Every set gives the same bits: a lane
// is a row, and walks the features in order with fused multiply-adds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/centroids.hpp"
#include "core/feature_matrix.hpp"

namespace psychograph::cluster {

/// Centroids as the kernel reads them: float, in groups of 16, each group feature by feature, with |c|^2/2 of
/// the rounded centroid. Places beyond k hold infinity, which no row is nearest to.
class PackedCentroids {
 public:
  static constexpr std::size_t group_size = 16;

  explicit PackedCentroids(const core::Centroids& centroids);

  [[nodiscard]] std::size_t k() const { return k_; }
  [[nodiscard]] std::size_t p() const { return p_; }
  [[nodiscard]] std::size_t groups() const { return (k_ + group_size - 1) / group_size; }
  /// [p, 16] values of group g.
  [[nodiscard]] const float* group(std::size_t g) const { return values_.data() + g * p_ * group_size; }
  /// [16] half squared norms of group g.
  [[nodiscard]] const float* half_norms(std::size_t g) const { return half_norms_.data() + g * group_size; }

 private:
  std::size_t k_;
  std::size_t p_;
  std::vector<float> values_;
  std::vector<float> half_norms_;
};

/// The label of every row of the tiles [first, first + count): the argmin over c of |c|^2/2 - x.c, the lowest
/// index of several. `labels` has 16 * count elements. Local.
void nearest(const core::FeatureMatrix& matrix, std::size_t first, std::size_t count,
             const PackedCentroids& centroids, std::int32_t* labels);

/// The same with the second best; where k is 1, `runner_up` is -1. Local.
void nearest_two(const core::FeatureMatrix& matrix, std::size_t first, std::size_t count,
                 const PackedCentroids& centroids, std::int32_t* labels, std::int32_t* runner_up);

/// Lowers `distance` [16 * tiles] (squared, as the sum of (x - c)^2, so that a row is at exactly 0 from
/// itself) and sets `index` to first_index + c where the centroid c is nearer than what stands there. Local.
void lower_nearest(const core::FeatureMatrix& matrix, const PackedCentroids& centroids,
                   std::int32_t first_index, float* distance, std::int32_t* index);

/// Obeys the environment variable PSYCHOGRAPH_TARGET (avx2, avx3, neon, scalar). Throws a usage error where
/// it names a set that this machine or build has not.
void choose_target();
/// The names of the sets that can be chosen here, best first.
std::vector<std::string> targets();
/// Forces one of `targets()`; empty: the best.
void force_target(const std::string& name);

}  // namespace psychograph::cluster
