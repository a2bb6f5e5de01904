// Paired figures of few subjects, by ranks.
#pragma once

#include <span>
#include <vector>

namespace psychograph::stats {

/// The ranks of values from 1 up, the least first; equal ones have the mean of theirs.
std::vector<double> ranks(std::span<const double> values);

/// The two-sided p value of Wilcoxon's signed rank test of differences (Wilcoxon, "Individual comparisons by
/// ranking methods", Biometrics Bulletin 1, 1945): how often, were each as likely the other way round, ranks
/// add up as unevenly or more. Differences of 0 are left out, and equal ones have the mean of their ranks;
/// the chance is counted, not approximated. 1 where no difference is left. Precondition: finite, at most 1000
/// of them.
double signed_rank_p(std::span<const double> differences);

}  // namespace psychograph::stats
