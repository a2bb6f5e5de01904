// The tally of one feature whose cells are levels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/joint_reduction.hpp"
#include "insight/tally.hpp"

namespace psychograph::insight {

/// Counts levels by segment; where there are weights, a second look adds them up.
class LevelTally {
 public:
  LevelTally(const features::FittedFeature& fitted, std::size_t k);

  /// First look: level numbers, negative where missing or not known, and the segment of each; k where it is
  /// in none. Local.
  void count(std::span<const std::uint32_t> segments, std::span<const std::int32_t> levels);
  void include(comm::JointReduction<std::int64_t>& sums);
  /// Ends the first look. `most_weight`: 0 where everybody counts 1. Local.
  void choose(double most_weight);
  /// Whether there must be a second look.
  [[nodiscard]] bool is_open() const { return !weights_.empty(); }
  /// Second look. Local.
  void add(std::size_t segment, std::span<const std::int32_t> levels, std::span<const double> weights);
  void include_weights(comm::JointReduction<std::int64_t>& sums);
  [[nodiscard]] Tally finish();

 private:
  const features::FittedFeature* fitted_;
  std::size_t k_;
  std::vector<std::size_t> levels_;    ///< of the feature that are answers
  std::vector<std::int64_t> counts_;   ///< [k, all levels of the feature]
  std::vector<std::int64_t> missing_;  ///< [k + 1]
  std::int64_t unknown_ = 0;
  std::vector<core::FixedPointSum> weights_;  ///< [k, all levels]
  std::vector<core::FixedPointSum> squares_;  ///< [k] of weights
};

}  // namespace psychograph::insight
