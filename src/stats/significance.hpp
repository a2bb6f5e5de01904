// Tests: what chance alone would make of it, and what many tests together may say.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace psychograph::stats {

/// The standard error of a difference of two means, and its degrees of freedom (Welch and Satterthwaite).
struct WelchError {
  double error = 0;
  double df = 0;  ///< NaN below two values on either side
};
WelchError welch_error(double sd, double n, double sd_rest, double n_rest);

/// Two-sided p of a difference of means. NaN where it can't be known.
double welch_p(double difference, const WelchError& error);
/// Two-sided p of a difference of two shares, by their pooled variance (z). NaN where it can't be known.
double pooled_z_p(double share, double n, double rest, double n_rest);
/// The upper tails.
double f_p(double f, double df1, double df2);
double chi_square_p(double chi2, double df);

/// Of p values that belong together, in their order: the false discovery rate at which each would be called
/// (Benjamini and Hochberg 1995). NaN stays NaN, and is no test.
std::vector<double> benjamini_hochberg(std::span<const double> p);
/// The same for the chance of a single false call (Holm 1979).
std::vector<double> holm(std::span<const double> p);

}  // namespace psychograph::stats
