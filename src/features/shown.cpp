#include "features/shown.hpp"

#include <cmath>

namespace psychograph::features {

double shown(const Statistics& statistics, double value) {
  // The quartiles' distance: a few huge cells don't hide the others.
  const double quartiles = statistics.quantiles[4] - statistics.quantiles[2];
  const double usual = quartiles > 0 ? quartiles : statistics.sd;
  const double unit = std::pow(10.0, std::floor(std::log10(usual)) - 4);
  if (!std::isnormal(unit) || std::isnan(value)) return value + 0.0;
  const double rounded = std::nearbyint(value / unit) * unit;
  if (rounded == 0 && quartiles == 0) return value + 0.0;  // where most are alike, what they are
  return std::isfinite(rounded) ? rounded + 0.0 : value;
}

}  // namespace psychograph::features
