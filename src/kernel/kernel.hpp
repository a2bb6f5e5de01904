// The one loop that costs: rows against centroids. Written once in Highway and compiled for every
// instruction set; the best one of the machine is picked at run time. Every set gives the same bits: a lane
// is a row, and walks the features in order with fused multiply-adds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/centroids.hpp"
#include "core/feature_matrix.hpp"

namespace psychograph::kernel {

/// Centroids as the kernel reads them: float, in groups of 16, each group feature by feature, with |c|^2/2 of
/// the rounded centroid. Places beyond k hold infinity, which no row is nearest to. Where float scores can't
/// tell the centroids apart (kernel/closeness.hpp), these themselves are kept, and rows compared with them
/// in double.
class PackedCentroids {
 public:
  static constexpr std::size_t group_size = 16;

  explicit PackedCentroids(const core::Centroids& centroids);

  [[nodiscard]] std::size_t k() const { return k_; }
  [[nodiscard]] std::size_t p() const { return p_; }
  [[nodiscard]] std::size_t groups() const { return (k_ + group_size - 1) / group_size; }
  /// [p, 16] values of group g.
  [[nodiscard]] const float* group(std::size_t g) const { return values_.data() + g * p_ * group_size; }
  [[nodiscard]] float at(std::size_t c, std::size_t j) const {
    return group(c / group_size)[j * group_size + c % group_size];
  }
  /// [16] half squared norms of group g.
  [[nodiscard]] const float* half_norms(std::size_t g) const { return half_norms_.data() + g * group_size; }
  /// The centroids in double, where they are too close for float.
  [[nodiscard]] const std::optional<core::Centroids>& in_double() const { return in_double_; }

 private:
  std::size_t k_;
  std::size_t p_;
  std::vector<float> values_;
  std::vector<float> half_norms_;
  std::optional<core::Centroids> in_double_;
};

/// Tiles [p, 16] of rows, in any order. Element i of a result stands for row i % 16 of tile i / 16.
class Tiles {
 public:
  /// `following` more tiles stand after these `count`: they will be asked for next, and may come into cache
  /// already.
  Tiles(const float* const* tiles, std::size_t count, std::size_t following = 0)
      : tiles_(tiles), count_(count), known_(count + following) {}
  Tiles(const std::vector<const float*>& tiles)  // NOLINT(google-explicit-constructor): tiles are tiles
      : Tiles(tiles.data(), tiles.size()) {}

  [[nodiscard]] std::size_t size() const { return count_; }
  /// The first `count` of them.
  [[nodiscard]] Tiles first(std::size_t count) const { return {tiles_, count}; }
  [[nodiscard]] const float* operator[](std::size_t t) const { return tiles_[t]; }
  /// The same for what follows; beyond that the last one known. Precondition: size() > 0.
  [[nodiscard]] const float* at_or_after(std::size_t t) const { return tiles_[t < known_ ? t : known_ - 1]; }

 private:
  const float* const* tiles_;
  std::size_t count_;
  std::size_t known_;
};

/// The label of every row: the argmin over c of |c|^2/2 - x.c, or of the sum of (x - c)^2 in double where
/// centroids are too close for float; the lowest index of several. Local.
void nearest(Tiles tiles, const PackedCentroids& centroids, std::int32_t* labels);

/// The same with each row's lead: as long as the own centroid and the fastest other one have not travelled
/// further than that together, the label stands, bit for bit (docs/design.md, "Bounds"). A lead may be
/// negative. By float scores always. Preconditions: k > 1; `square_radius` is at least |c|^2 of every
/// centroid, now and until the lead is used up, plus 2^-90. Local.
void nearest_and_lead(Tiles tiles, const PackedCentroids& centroids, float square_radius,
                      std::int32_t* labels, float* leads);

/// The same with the second best; where k is 1, `runner_up` is -1. Local.
void nearest_two(Tiles tiles, const PackedCentroids& centroids, std::int32_t* labels,
                 std::int32_t* runner_up);

/// Lowers `distance` [16 * tiles] (squared) and sets `index` to first_index + c where the centroid c is
/// nearer than what stands there. Squares are |x|^2 + |c|^2 - 2 x.c, or the sum of (x - c)^2 where that would
/// be lost in rounding: a row is at exactly 0 from itself. Local.
void lower_nearest(Tiles tiles, const PackedCentroids& centroids, std::int32_t first_index, float* distance,
                   std::int32_t* index);

/// The squared distances [16 * tiles] of the rows from one point [p], as the sum of (x - c)^2. Local.
void squares_from(Tiles tiles, std::size_t p, const float* point, float* squares);

/// The squared distance [16 * tiles] of each row from the one of `centroids` [k, p] that its label names, as
/// the sum of (x - c)^2 in double, features in order; of centroid 0 for a negative label. Local.
void squares_from_own(Tiles tiles, const core::Centroids& centroids, const std::int32_t* labels,
                      double* squares);

/// Bit i of rows[t] says whether a and b [16 * tiles] differ in row i of tile t. Local.
void differing(const std::int32_t* a, const std::int32_t* b, std::size_t tiles, std::uint16_t* rows);

/// Bit i of rows[t] says whether travelled[label] has reached the deadline of row i of tile t. Labels may be
/// -1: travelled[-1] must be there. Local.
void expired(const std::int32_t* labels, const float* deadlines, const float* travelled, std::size_t tiles,
             std::uint16_t* rows);

/// Turns leads [16 * tiles] into deadlines: adds what the label's centroid has travelled, rounded down.
/// Local.
void lengthen(const std::int32_t* labels, const float* travelled, std::size_t tiles, float* leads);

}  // namespace psychograph::kernel
