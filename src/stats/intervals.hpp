// Intervals of shares, means and what is made of them, at 95 %.
#pragma once

namespace psychograph::stats {

/// The two-sided 95 % quantile of the normal distribution.
inline constexpr double z95 = 1.959963984540054;

/// Two limits; both NaN where nothing can be said.
struct Interval {
  double low = 0;
  double high = 0;
};

/// Of a share that was observed among `n` (may be fractional: an effective number). Wilson 1927; with n = 0,
/// from 0 to 1.
Interval wilson(double share, double n);

/// Of a mean with the sample deviation `sd` of `n` values: Student's t. NaN below two values.
Interval mean_interval(double mean, double sd, double n);

/// A group's share or mean beside that of all others.
struct Contrast {
  double share = 0;  ///< the group's
  double n = 0;      ///< effective
  double rest = 0;   ///< the others' share
  double n_rest = 0;
};

/// Of 100 times a group's share over everybody's, of whom the group is `part` (0 to 1, by weight): the MOVER
/// interval of the ratio of two Wilson intervals (Donner and Zou 2012, "Closed-form confidence intervals for
/// functions of the normal mean and standard deviation"), brought from segment/rest to segment/all. NaN where
/// nobody at all has the level.
Interval index_interval(const Contrast& shares, double part);

/// Of the difference of a share from that of the others: the hybrid score interval (Newcombe 1998, method
/// 10).
Interval share_difference(const Contrast& shares);

/// Of the difference of two means with variances of their own (Welch 1947); sample deviations. NaN below two
/// values on either side.
Interval mean_difference(const Contrast& means, double sd, double sd_rest);

}  // namespace psychograph::stats
