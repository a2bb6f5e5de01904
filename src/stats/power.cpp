#include "stats/power.hpp"

#include <cmath>

#include "stats/intervals.hpp"

namespace psychograph::stats {

std::optional<std::int64_t> customers_per_arm(double share, double other) {
  constexpr double z80 = 0.8416212335729143;  // the normal quantile of `power`
  constexpr double most = 1e15;
  if (!(share > 0 && share < 1 && other > 0 && other < 1) || share == other) return std::nullopt;
  const double mean = (share + other) / 2;
  const double root =
      z95 * std::sqrt(2 * mean * (1 - mean)) + z80 * std::sqrt(share * (1 - share) + other * (1 - other));
  const double customers = std::ceil(root * root / ((share - other) * (share - other)));
  if (!(customers < most)) return std::nullopt;
  return static_cast<std::int64_t>(customers);
}

}  // namespace psychograph::stats
