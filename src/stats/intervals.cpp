#include "stats/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/distributions/students_t.hpp>

#include "core/figure.hpp"
#include "stats/significance.hpp"

namespace psychograph::stats {
namespace {

constexpr Interval unknown{core::not_a_number, core::not_a_number};
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Below, a quantile is beyond all doubles.
constexpr double least_df = 0.1;

double t_quantile(double df) {
  return boost::math::quantile(boost::math::complement(boost::math::students_t(df), 0.025));
}

}  // namespace

Interval wilson(double share, double n) {
  if (!(n > 0)) return {0, 1};
  const double z2 = z95 * z95;
  const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half = z95 / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  return {share <= 0 ? 0 : std::max(0.0, middle - half), share >= 1 ? 1 : std::min(1.0, middle + half)};
}

Interval mean_interval(double mean, double sd, double n) {
  if (!(n - 1 > least_df)) return unknown;
  const double half = t_quantile(n - 1) * sd / std::sqrt(n);
  return {mean - half, mean + half};
}

Interval index_interval(const Contrast& shares, double part) {
  const double all = part * shares.share + (1 - part) * shares.rest;
  if (!(all > 0)) return unknown;
  if (!(shares.n_rest > 0)) return {100, 100};
  const auto [l1, u1] = wilson(shares.share, shares.n);
  const auto [l2, u2] = wilson(shares.rest, shares.n_rest);
  const double both = shares.share * shares.rest;
  const auto root = [&](double a, double b) {
    return std::sqrt(std::max(0.0, both * both - a * b * (2 * shares.share - a) * (2 * shares.rest - b)));
  };
  const double least = (both - root(l1, u2)) / (u2 * (2 * shares.rest - u2));
  const double most = (both + root(u1, l2)) / (l2 * (2 * shares.rest - l2));
  // A share of 0 below makes the ratio as large as one likes; the index ends at 100 / part.
  const double low = shares.rest > 0 ? std::max(0.0, least) : (l1 > 0 ? l1 / u2 : 0.0);
  const double high = l2 > 0 ? most : infinity;
  const auto index = [&](double ratio) {
    if (ratio <= 0) return 0.0;
    return 100 / (part + (1 - part) / ratio);
  };
  return {shares.share > 0 ? index(low) : 0.0, index(high)};
}

Interval share_difference(const Contrast& shares) {
  const auto own = wilson(shares.share, shares.n);
  const auto rest = wilson(shares.rest, shares.n_rest);
  const double difference = shares.share - shares.rest;
  return {difference - std::hypot(shares.share - own.low, rest.high - shares.rest),
          difference + std::hypot(own.high - shares.share, shares.rest - rest.low)};
}

Interval mean_difference(const Contrast& means, double sd, double sd_rest) {
  const auto welch = welch_error(sd, means.n, sd_rest, means.n_rest);
  if (!(welch.df > least_df)) return unknown;
  const double half = welch.error > 0 ? t_quantile(welch.df) * welch.error : 0.0;
  const double difference = means.share - means.rest;
  return {difference - half, difference + half};
}

}  // namespace psychograph::stats
