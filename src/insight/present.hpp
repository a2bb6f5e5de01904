// Cells without those that are missing.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace psychograph::insight {

/// Moves the values that are not NaN to the front, with their weights (which may be empty). Local.
inline std::span<double> drop_missing(std::span<double> values, std::span<double> weights) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[kept] = values[i];
    if (!weights.empty()) weights[kept] = weights[i];
    kept += std::isnan(values[i]) ? 0 : 1;
  }
  return values.first(kept);
}

}  // namespace psychograph::insight
