// Whether arms are as large as they were planned to be: where they are not, something chose who is in them,
// and no lift can be trusted (Fabijan et al. 2019, "Diagnosing sample ratio mismatch in online controlled
// experiments").
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace psychograph::campaign {

enum class RatioVerdict { as_planned, off_by_little, off, nobody };
const char* to_string(RatioVerdict verdict);

struct RatioTest {
  std::vector<std::int64_t> counts;  ///< [arms]
  std::vector<double> expected;      ///< [arms] customers
  double chi2 = 0;
  double df = 0;
  double p = 0;
  double deviation = 0;  ///< of the share that is farthest off
  RatioVerdict verdict = RatioVerdict::as_planned;
};

/// Pearson's test at one in a thousand, since it is looked at every time. `parts` [arms]: planned, in their
/// ratio. A deviation below `smallest` is off by little. Of nobody, figures are NaN.
RatioTest test_ratio(std::span<const std::int64_t> counts, std::span<const double> parts, double smallest);

}  // namespace psychograph::campaign
