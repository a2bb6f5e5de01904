#include "stats/significance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include "core/figure.hpp"

namespace psychograph::stats {
namespace {

/// The places of what is no NaN, by rising p.
std::vector<std::size_t> by_p(std::span<const double> p) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return p[a] < p[b]; });
  return order;
}

}  // namespace

WelchError welch_error(double sd, double n, double sd_rest, double n_rest) {
  if (!(n > 1) || !(n_rest > 1)) return {core::not_a_number, core::not_a_number};
  const double a = sd * sd / n;
  const double b = sd_rest * sd_rest / n_rest;
  if (a + b == 0) return {0, n + n_rest - 2};
  return {std::sqrt(a + b), (a + b) * (a + b) / (a * a / (n - 1) + b * b / (n_rest - 1))};
}

double welch_p(double difference, const WelchError& error) {
  if (std::isnan(difference) || !(error.df > 0)) return core::not_a_number;
  if (error.error == 0) return difference == 0 ? 1.0 : 0.0;
  const double t = std::abs(difference) / error.error;
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(error.df), t));
}

double pooled_z_p(double share, double n, double rest, double n_rest) {
  if (!(n > 0) || !(n_rest > 0)) return core::not_a_number;
  const double pooled = (share * n + rest * n_rest) / (n + n_rest);
  const double variance = pooled * (1 - pooled) * (1 / n + 1 / n_rest);
  if (!(variance > 0)) return core::not_a_number;
  const double z = std::abs(share - rest) / std::sqrt(variance);
  return 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), z));
}

double f_p(double f, double df1, double df2) {
  if (std::isnan(f) || !(df1 > 0) || !(df2 > 0)) return core::not_a_number;
  if (std::isinf(f)) return 0;
  return boost::math::cdf(boost::math::complement(boost::math::fisher_f(df1, df2), std::max(0.0, f)));
}

double chi_square_p(double chi2, double df) {
  if (std::isnan(chi2) || !(df > 0)) return core::not_a_number;
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(df), std::max(0.0, chi2)));
}

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  const auto order = by_p(p);
  const auto tests = static_cast<double>(order.size());
  std::vector<double> q(p.size(), core::not_a_number);
  double least = 1;
  for (auto i = order.size(); i-- > 0;) {
    least = std::min(least, p[order[i]] * tests / static_cast<double>(i + 1));
    q[order[i]] = least;
  }
  return q;
}

std::vector<double> holm(std::span<const double> p) {
  const auto order = by_p(p);
  std::vector<double> adjusted(p.size(), core::not_a_number);
  double most = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    most = std::max(most, std::min(1.0, p[order[i]] * static_cast<double>(order.size() - i)));
    adjusted[order[i]] = most;
  }
  return adjusted;
}

}  // namespace psychograph::stats
