#include "campaign/lift.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/normal.hpp>

#include "stats/intervals.hpp"
#include "stats/power.hpp"
#include "stats/significance.hpp"

namespace psychograph::campaign {
namespace {

constexpr double significance = 0.05;

/// How many errors a lift must be, so that a test at 5 % shows it with the power that tests are sized for.
double detectable_errors() { return stats::z95 + boost::math::quantile(boost::math::normal(), stats::power); }

std::optional<std::int64_t> next_test(const Lift& lift) {
  constexpr double most = 1e15;
  const double n = std::pow(detectable_errors() / lift.lift, 2) * (lift.own.variance + lift.control.variance);
  if (!(n > 0) || !(n < most)) return std::nullopt;
  return static_cast<std::int64_t>(std::ceil(n));
}

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::shown:
      return "shown";
    case Verdict::not_shown:
      return "not shown";
    case Verdict::too_few:
      return "too few to tell";
    case Verdict::withheld:
      break;
  }
  return "withheld";
}

double two_sided_p(double lift, double error) {
  if (std::isnan(lift) || !(error > 0)) return core::not_a_number;
  return 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), std::abs(lift) / error));
}

Lift lift_of(const Sample& own, const Sample& control) {
  Lift lift;
  lift.own = own;
  lift.control = control;
  lift.lift = own.mean - control.mean;
  lift.error = std::sqrt(own.of_mean() + control.of_mean());
  lift.low = lift.lift - stats::z95 * lift.error;
  lift.high = lift.lift + stats::z95 * lift.error;
  lift.p = two_sided_p(lift.lift, lift.error);
  lift.smallest_detectable = lift.error > 0 ? detectable_errors() * lift.error : core::not_a_number;
  lift.next_test = next_test(lift);
  return lift;
}

void judge(std::span<Lift> family, double smallest_lift) {
  std::vector<double> p;
  for (const auto& lift : family)
    p.push_back(lift.verdict == Verdict::withheld ? core::not_a_number : lift.p);
  const auto by_holm = stats::holm(p);
  const auto by_discoveries = stats::benjamini_hochberg(p);
  for (std::size_t i = 0; i < family.size(); ++i) {
    auto& lift = family[i];
    if (lift.verdict == Verdict::withheld) continue;
    lift.p_holm = by_holm[i];
    lift.q = by_discoveries[i];
    const double matters = smallest_lift * std::abs(lift.control.mean);
    if (lift.p_holm <= significance) {
      lift.verdict = Verdict::shown;
    } else if (matters > 0 && lift.smallest_detectable <= matters) {
      lift.verdict = Verdict::not_shown;
    } else {
      lift.verdict = Verdict::too_few;
    }
  }
}

Heterogeneity heterogeneity(std::span<const Lift> lifts) {
  Heterogeneity found;
  double weights = 0;
  double weighted = 0;
  for (const auto& lift : lifts) {
    if (lift.verdict == Verdict::withheld || !(lift.error > 0)) continue;
    ++found.groups;
    weights += 1 / (lift.error * lift.error);
    weighted += lift.lift / (lift.error * lift.error);
  }
  found.pooled = weighted / weights;
  found.df = static_cast<double>(found.groups - 1);
  if (found.groups < 2) {
    found.pooled = found.q = found.df = found.p = found.i2 = core::not_a_number;
    return found;
  }
  for (const auto& lift : lifts) {
    if (lift.verdict == Verdict::withheld || !(lift.error > 0)) continue;
    found.q += std::pow((lift.lift - found.pooled) / lift.error, 2);
  }
  found.p = stats::chi_square_p(found.q, found.df);
  found.i2 = found.q > 0 ? std::max(0.0, (found.q - found.df) / found.q) : 0.0;
  return found;
}

double standardised_difference(const Sample& own, const Sample& control) {
  const double deviation = std::sqrt((own.variance + control.variance) / 2);
  return deviation > 0 ? (own.mean - control.mean) / deviation : core::not_a_number;
}

}  // namespace psychograph::campaign
