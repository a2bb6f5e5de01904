#include "stats/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/unit_scale.hpp"

namespace psychograph::stats {
namespace {

/// numpy's linear interpolation, bit for bit.
double interpolate(double low, double high, double t) {
  const double difference = high - low;
  return t >= 0.5 ? high - difference * (1 - t) : low + difference * t;
}

double position_of(std::int64_t count, double level) { return level * static_cast<double>(count - 1); }

}  // namespace

MomentSums::MomentSums(std::int64_t count, double lowest, double highest)
    : found_{count, 0, 0, lowest, highest},
      scale_(unit_scale(std::max(std::abs(lowest), std::abs(highest)))),
      spread_(unit_scale(highest - lowest)),
      mean_(static_cast<double>(count), 1.0, count),
      square_(mean_) {}

void MomentSums::find_mean() {
  const double mean = mean_.value() / static_cast<double>(found_.count) / scale_;
  found_.mean = std::clamp(mean, found_.min, found_.max);
}

Moments MomentSums::find() const {
  auto found = found_;
  const double variance = square_.value() / static_cast<double>(found.count);
  found.sd = found.min == found.max ? 0.0 : std::sqrt(variance) / spread_;
  return found;
}

SumsAbout::SumsAbout(std::int64_t count, double lowest, double highest, double origin, bool weighted,
                     double most_weight)
    : scale_(unit_scale(std::max(std::abs(lowest), std::abs(highest)))),
      spread_(unit_scale(highest - lowest)),
      origin_(origin),
      weighted_(weighted),
      weight_(static_cast<double>(count) * most_weight, most_weight, count),
      weight_square_(static_cast<double>(count) * most_weight * most_weight, most_weight * most_weight,
                     count),
      first_(weight_),
      square_(weight_) {}

void SumsAbout::add(std::span<const double> values, std::span<const double> weights) {
  if (!weighted_) {
    first_.add_scaled(values, scale_);
    square_.add_squares(values, origin_, spread_);
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double away = (values[i] - origin_) * spread_;
    weight_.add(weights[i]);
    weight_square_.add(weights[i] * weights[i]);
    first_.add(weights[i] * away);
    square_.add(weights[i] * away * away);
  }
}

std::array<std::span<std::int64_t>, 4> SumsAbout::parts() {
  return {weight_.parts(), weight_square_.parts(), first_.parts(), square_.parts()};
}

WeightedMoments SumsAbout::find(std::int64_t count) const {
  WeightedMoments found;
  found.weight = weighted_ ? weight_.value() : static_cast<double>(count);
  found.weight_square = weighted_ ? weight_square_.value() : static_cast<double>(count);
  if (!(found.weight > 0)) return found;
  const long double first = weighted_ ? static_cast<long double>(first_.value()) / spread_
                                      : static_cast<long double>(first_.value()) / scale_ -
                                            static_cast<long double>(count) * origin_;
  const long double away = first / found.weight;
  const double square = square_.value() / spread_ / spread_;
  found.mean = static_cast<double>(origin_ + away);
  found.deviations = static_cast<double>(square - first * away);
  // What is no more than the rounding of the squares is none.
  constexpr double rounding = 16 * std::numeric_limits<double>::epsilon();
  if (!(found.deviations > rounding * square)) found.deviations = 0;
  return found;
}

WeightedMoments together(const WeightedMoments& one, const WeightedMoments& other) {
  if (!(one.weight > 0)) return other;
  if (!(other.weight > 0)) return one;
  WeightedMoments both;
  both.weight = one.weight + other.weight;
  both.weight_square = one.weight_square + other.weight_square;
  const double apart = other.mean - one.mean;
  both.mean = one.mean + apart * (other.weight / both.weight);
  both.deviations =
      one.deviations + other.deviations + apart * apart * one.weight * (other.weight / both.weight);
  return both;
}

std::vector<std::int64_t> quantile_places(std::int64_t count, std::span<const double> levels) {
  std::vector<std::int64_t> places;
  for (const double level : levels) {
    places.push_back(static_cast<std::int64_t>(std::floor(position_of(count, level))));
    places.push_back(std::min(places.back() + 1, count - 1));
  }
  return places;
}

std::vector<double> quantiles_from(std::span<const double> at_places, std::int64_t count,
                                   std::span<const double> levels) {
  std::vector<double> result;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const double position = position_of(count, levels[i]);
    result.push_back(interpolate(at_places[2 * i], at_places[2 * i + 1], position - std::floor(position)));
  }
  return result;
}

std::vector<std::int64_t> at_or_below_quantiles(std::span<const double> quantiles,
                                                std::span<const double> at_places,
                                                std::span<const std::int64_t> at_or_below_places) {
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < quantiles.size(); ++i)
    result.push_back(at_or_below_places[quantiles[i] < at_places[2 * i + 1] ? 2 * i : 2 * i + 1]);
  return result;
}

}  // namespace psychograph::stats
