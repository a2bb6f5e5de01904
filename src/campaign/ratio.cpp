#include "campaign/ratio.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/figure.hpp"
#include "stats/significance.hpp"

namespace psychograph::campaign {

const char* to_string(RatioVerdict verdict) {
  switch (verdict) {
    case RatioVerdict::as_planned:
      return "as planned";
    case RatioVerdict::off_by_little:
      return "off, but by little";
    case RatioVerdict::off:
      return "not as planned";
    case RatioVerdict::nobody:
      break;
  }
  return "too few to tell";
}

RatioTest test_ratio(std::span<const std::int64_t> counts, std::span<const double> parts, double smallest) {
  constexpr double significance = 0.001;
  RatioTest test;
  test.counts.assign(counts.begin(), counts.end());
  const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  const double total = std::accumulate(parts.begin(), parts.end(), 0.0);
  for (std::size_t arm = 0; arm < counts.size(); ++arm) {
    const double expected = all * parts[arm] / total;
    const double off = static_cast<double>(counts[arm]) - expected;
    test.expected.push_back(expected);
    test.chi2 += off * off / expected;
    test.deviation = std::max(test.deviation, std::abs(off) / all);
  }
  test.df = static_cast<double>(counts.size()) - 1;
  test.p = stats::chi_square_p(test.chi2, test.df);
  if (!(all > 0)) {
    test.deviation = core::not_a_number;
    test.verdict = RatioVerdict::nobody;
  } else if (test.p < significance) {
    test.verdict = test.deviation < smallest ? RatioVerdict::off_by_little : RatioVerdict::off;
  }
  return test;
}

}  // namespace psychograph::campaign
