// Exact statistics of one column that is spread over the ranks.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/fixed_point.hpp"

namespace psychograph::stats {

struct Moments {
  std::int64_t count = 0;
  double mean = 0;
  double sd = 0;  ///< population
  double min = 0;
  double max = 0;
};

/// Moments of all ranks' values, in two looks at them once their extremes are known; the same bits however
/// they are dealt out.
class MomentSums {
 public:
  /// `count`, `lowest` and `highest` are of all ranks' values. Precondition: count > 0; nothing is beyond
  /// 1e150.
  MomentSums(std::int64_t count, double lowest, double highest);

  /// First look; every value once, in parts of any size. No NaN. Local.
  void add_values(std::span<const double> values) { mean_.add_scaled(values, scale_); }
  /// The same for a value that occurs `times` times.
  void add_value(double value, std::int64_t times) { mean_.add(value * scale_, times); }
  /// What the first look added up, to be summed over the ranks before `find_mean`.
  [[nodiscard]] std::span<std::int64_t> values() { return mean_.parts(); }
  /// Ends the first look. Local.
  void find_mean();
  /// Second look. Local.
  void add_deviations(std::span<const double> values) { square_.add_squares(values, found_.mean, spread_); }
  void add_deviation(double value, std::int64_t times) {
    const double deviation = (value - found_.mean) * spread_;
    square_.add(deviation * deviation, times);
  }
  /// What the second look added up, to be summed over the ranks before `find`.
  [[nodiscard]] std::span<std::int64_t> deviations() { return square_.parts(); }
  /// Local.
  [[nodiscard]] Moments find() const;

 private:
  Moments found_;
  double scale_;
  double spread_;
  core::FixedPointSum mean_;
  core::FixedPointSum square_;
};

/// Of values with weights: sums of w, of w^2 and of w (v - mean)^2.
struct WeightedMoments {
  double weight = 0;
  double weight_square = 0;
  double mean = 0;
  double deviations = 0;
};
/// Of both together (Chan, Golub and LeVeque 1979).
WeightedMoments together(const WeightedMoments& one, const WeightedMoments& other);

/// Moments of values in one look at them, about a number that should be one of them, or between; the same
/// bits however they are dealt out.
class SumsAbout {
 public:
  /// `count`, `lowest`, `highest` and `most_weight` are of all ranks' values; `origin` lies between the
  /// extremes. `weighted`: values come with weights. Precondition: count > 0; nothing is beyond 1e150.
  SumsAbout(std::int64_t count, double lowest, double highest, double origin, bool weighted,
            double most_weight);

  /// Every value once, in parts of any size. No NaN. `weights` is empty, or of each value. Local.
  void add(std::span<const double> values, std::span<const double> weights);
  /// One value without a weight: the same bits. Precondition: values come without weights.
  void add(double value) {
    const double away = (value - origin_) * spread_;
    first_.add(value * scale_);
    square_.add(away * away);
  }
  /// What has been added up, to be summed over the ranks.
  [[nodiscard]] std::array<std::span<std::int64_t>, 4> parts();

  /// `count`: of the values that it has seen on all ranks.
  [[nodiscard]] WeightedMoments find(std::int64_t count) const;

 private:
  double scale_;
  double spread_;
  double origin_;
  bool weighted_;
  core::FixedPointSum weight_;
  core::FixedPointSum weight_square_;
  core::FixedPointSum first_;
  core::FixedPointSum square_;
};

/// What is to be found for quantiles of `count` values by numpy's linear definition: two places a level,
/// rising where the levels rise.
std::vector<std::int64_t> quantile_places(std::int64_t count, std::span<const double> levels);
/// The quantiles, from the values at those places.
std::vector<double> quantiles_from(std::span<const double> at_places, std::int64_t count,
                                   std::span<const double> levels);
/// How many values are no larger than each quantile, from the values at the places (two a level) and how many
/// are no larger than those.
std::vector<std::int64_t> at_or_below_quantiles(std::span<const double> quantiles,
                                                std::span<const double> at_places,
                                                std::span<const std::int64_t> at_or_below_places);

}  // namespace psychograph::stats
