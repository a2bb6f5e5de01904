// What a campaign changed: an arm beside the control, with its doubt.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "campaign/sample.hpp"

namespace psychograph::campaign {

enum class Verdict {
  shown,      ///< p by Holm is 5 % at the most
  not_shown,  ///< and a lift that matters would have been, four times in five
  too_few,    ///< it need not have been
  withheld,   ///< so few that nothing may be told
};
const char* to_string(Verdict verdict);

/// An arm's mean less the control's. Variances of their own, and the normal distribution: n is large.
struct Lift {
  Sample own;
  Sample control;
  double lift = 0;
  double error = 0;  ///< NaN below two customers on either side
  double low = 0;
  double high = 0;
  double p = 0;                    ///< two-sided
  double p_holm = 0;               ///< within its family
  double q = 0;                    ///< by Benjamini and Hochberg, within its family
  double smallest_detectable = 0;  ///< which two samples like these would show four times in five
  /// In each of two arms, to show a lift like this one four times in five; none where there is no lift.
  std::optional<std::int64_t> next_test;
  Verdict verdict = Verdict::too_few;
};

/// Of a difference with that error, by the normal distribution. NaN where it can't be known.
double two_sided_p(double lift, double error);

/// Without what depends on the family.
Lift lift_of(const Sample& own, const Sample& control);

/// Fills in what depends on the family: lifts that are told together. `smallest_lift`: that matters, as a
/// part of the control's mean. Those that are withheld take no part.
void judge(std::span<Lift> family, double smallest_lift);

/// Whether the lifts of several groups differ by more than chance (Cochran 1954), and the share of their
/// variance that does (Higgins and Thompson 2002).
struct Heterogeneity {
  std::int64_t groups = 0;  ///< that have a lift with its error
  double pooled = 0;        ///< by inverse variances
  double q = 0;
  double df = 0;
  double p = 0;
  double i2 = 0;
};
/// NaN below two groups.
Heterogeneity heterogeneity(std::span<const Lift> lifts);

/// How far apart two arms are in a column from before the campaign, in its deviations.
double standardised_difference(const Sample& own, const Sample& control);

}  // namespace psychograph::campaign
