// What a discriminant is fitted to: counts, sums and products of the predictors, exact.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/joint_reduction.hpp"

namespace psychograph::typing {

/// Of some customers: how many of each segment, the sums of their cells by segment, and the sums of the
/// products of every two cells. All are integers: the order in which customers come does not matter, and
/// folds may be taken out again.
class Moments {
 public:
  Moments(std::size_t segments, std::size_t width)
      : width_(width), counts_(segments), sums_(segments * width), high_(pairs()), low_(pairs()) {}

  /// Cells [width], in steps, at most 2^30 of them either way. Local.
  void add(std::size_t segment, std::span<const std::int32_t> cells);
  void include(comm::JointReduction<std::int64_t>& sums);
  Moments& operator+=(const Moments& other);
  Moments& operator-=(const Moments& other);

  [[nodiscard]] std::size_t segments() const { return counts_.size(); }
  [[nodiscard]] std::int64_t count() const;
  [[nodiscard]] std::int64_t count(std::size_t segment) const { return counts_[segment]; }
  /// In units; 0 of nobody.
  [[nodiscard]] double mean(std::size_t segment, std::size_t predictor) const;
  /// Products of deviations from the segments' means, added up, in units.
  [[nodiscard]] double within(std::size_t one, std::size_t other) const;
  /// In units, of all.
  [[nodiscard]] double mean(std::size_t predictor) const;
  /// Products of deviations from the mean of all, added up, in units.
  [[nodiscard]] double total(std::size_t one, std::size_t other) const;

 private:
  [[nodiscard]] std::size_t pairs() const { return width_ * (width_ + 1) / 2; }
  [[nodiscard]] long double sum(std::size_t predictor) const;
  [[nodiscard]] long double product(std::size_t one, std::size_t other) const;

  std::size_t width_;
  std::vector<std::int64_t> counts_;  ///< [segments]
  std::vector<std::int64_t> sums_;    ///< [segments, width] in steps
  std::vector<std::int64_t> high_;    ///< [pairs] products in steps of 2^32 square steps, rounded down
  std::vector<std::int64_t> low_;     ///< what that leaves
};

}  // namespace psychograph::typing
