// Powers of two that bring numbers near 1.
#pragma once

#include <algorithm>
#include <cmath>

namespace psychograph::stats {

/// A power of two that brings `largest` to 1 or just below: multiplying by it is exact, and keeps squares of
/// very large and very small values within the range of double.
inline double unit_scale(double largest) {
  return largest > 0 ? std::exp2(std::clamp(-(std::ilogb(largest) + 1), -1000, 1000)) : 1.0;
}

}  // namespace psychograph::stats
