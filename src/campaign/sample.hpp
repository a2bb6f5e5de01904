// A number of customers, and the mean and variance of what they did.
#pragma once

#include <cstdint>

#include "core/figure.hpp"

namespace psychograph::campaign {

/// The mean is NaN of nobody, the variance (over n - 1) of fewer than two.
struct Sample {
  std::int64_t n = 0;
  double mean = core::not_a_number;
  double variance = core::not_a_number;

  /// The variance of the mean.
  [[nodiscard]] double of_mean() const { return variance / static_cast<double>(n); }
};

}  // namespace psychograph::campaign
