#include "insight/number_tally.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "core/figure.hpp"
#include "insight/present.hpp"

namespace psychograph::insight {
namespace {

/// Of more different answers than these no shares are told.
constexpr std::size_t most_levels = 32;

bool is_whole(double value) { return value == std::floor(value) && std::abs(value) < 0x1p52; }

stats::ValueBuckets lay_buckets(const features::Statistics& s, std::size_t count) {
  if (s.count == 0) return stats::ValueBuckets::of_whole_numbers(0, 2);
  std::vector<double> known{s.min};
  known.insert(known.end(), s.quantiles.begin(), s.quantiles.end());
  known.push_back(s.max);
  const double range = s.max - s.min;
  if (range < static_cast<double>(count) / 2 && std::all_of(known.begin(), known.end(), is_whole)) {
    // Other customers may answer a little more, or less.
    const double margin = std::floor((static_cast<double>(count) - range - 1) / 2);
    return stats::ValueBuckets::of_whole_numbers(s.min - margin, count);
  }
  std::vector<double> atoms;
  for (std::size_t i = 0; i + 1 < known.size(); ++i) {
    if (known[i] == known[i + 1] && (atoms.empty() || atoms.back() != known[i])) atoms.push_back(known[i]);
  }
  const std::array<double, 4> edges{s.min, s.quantiles[1], s.quantiles[5], s.max};
  return stats::ValueBuckets::between(edges, atoms, count);
}

}  // namespace

NumberTally::NumberTally(const features::FittedFeature& fitted, std::size_t k, std::size_t buckets,
                         bool by_level, const core::RowMemory& where)
    : fitted_(&fitted),
      k_(k),
      buckets_(lay_buckets(fitted.statistics, buckets)),
      by_level_(by_level),
      counts_((k + 1) * (buckets_.count() + 1)),
      base_(k + 1),
      missing_(k + 1),
      extremes_(2, -std::numeric_limits<double>::infinity()),
      examples_(k, core::not_a_number),
      groups_(where) {}

std::span<const std::int64_t> NumberTally::histogram(std::size_t group) const {
  return std::span(counts_).subspan(group * width(), buckets_.count());
}

void NumberTally::count(std::span<const std::uint32_t> segments, bool all_are_in_one,
                        std::span<const double> values) {
  see_extremes(segments, all_are_in_one, values);
  found_.resize(std::max(found_.size(), values.size()));
  buckets_.find(values, found_.data());
  auto* const counts = counts_.data();
  const auto stride = static_cast<std::uint32_t>(width());
  for (std::size_t i = 0; i < values.size(); ++i) ++counts[segments[i] * stride + found_[i]];
  if (buckets_.is_of_whole_numbers() && fractions_ == 0) look_for_fractions(segments, values);
}

void NumberTally::see_extremes(std::span<const std::uint32_t> segments, bool all_are_in_one,
                               std::span<const double> values) {
  stats::Extremes extremes;
  if (all_are_in_one) {
    stats::find_extremes(values, extremes);
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (segments[i] < k_) stats::find_extremes(values.subspan(i, 1), extremes);
    }
  }
  extremes_[0] = std::max(extremes_[0], -extremes.lowest);
  extremes_[1] = std::max(extremes_[1], extremes.highest);
}

void NumberTally::look_for_fractions(std::span<const std::uint32_t> segments,
                                     std::span<const double> values) {
  int fractions = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool counts = segments[i] < k_ && !std::isnan(values[i]);
    fractions |= counts && values[i] != buckets_.lowest() + static_cast<double>(found_[i]) ? 1 : 0;
  }
  fractions_ = fractions;
}

void NumberTally::include(comm::JointReduction<std::int64_t>& sums, comm::JointReduction<double>& largest) {
  sums.include(counts_);
  sums.include(std::span(&fractions_, 1));
  largest.include(extremes_);
}

void NumberTally::include_examples(const std::vector<bool>& mine, comm::JointReduction<double>& largest) {
  for (std::size_t g = 0; g < k_; ++g) {
    if (!mine[g] || std::isnan(examples_[g])) examples_[g] = -std::numeric_limits<double>::infinity();
  }
  largest.include(examples_);
}

void NumberTally::choose(double most_weight) {
  weighted_ = most_weight > 0;
  auto* const everybody = counts_.data() + k_ * width();
  std::fill_n(everybody, width(), 0);
  for (std::size_t g = 0; g < k_; ++g) {
    const auto* const counts = counts_.data() + g * width();
    for (std::size_t b = 0; b < width(); ++b) everybody[b] += counts[b];
    missing_[g] = counts[buckets_.count()];
    base_[g] = std::accumulate(counts, counts + buckets_.count(), std::int64_t{0});
    base_[k_] += base_[g];
    missing_[k_] += missing_[g];
  }
  const bool whole = buckets_.is_of_whole_numbers() && fractions_ == 0;
  open_ = base_[k_] > 0 && (weighted_ || !whole);
  if (whole) find_levels();
  if (open_) {
    for (std::size_t g = 0; g < k_; ++g)
      sums_.emplace_back(base_[k_], -extremes_[0], extremes_[1], middle_of(g), weighted_,
                         weighted_ ? most_weight : 1.0);
    const double weights = static_cast<double>(base_[k_]) * most_weight;
    if (weighted_)
      level_weights_.assign(k_ * level_buckets_.size(), core::FixedPointSum(weights, most_weight, base_[k_]));
    wanted_.resize(k_ * buckets_.count());
    kept_.resize(k_ * buckets_.count());
  }
  places_.resize(k_ + 1);
  for (std::size_t g = 0; g <= k_; ++g) choose_places(g);
}

/// Answers and flags are told level by level, where they are few whole numbers.
void NumberTally::find_levels() {
  if (!by_level_) return;
  const auto all = histogram(k_);
  for (std::size_t b = 0; b < all.size(); ++b) {
    if (all[b] > 0) level_buckets_.push_back(b);
  }
  if (level_buckets_.size() > most_levels) level_buckets_.clear();
  level_of_.resize(all.size());
  for (std::size_t l = 0; l < level_buckets_.size(); ++l)
    level_of_[level_buckets_[l]] = static_cast<std::uint32_t>(l);
}

void NumberTally::choose_places(std::size_t group) {
  if (base_[group] == 0) return;
  const auto counts = histogram(group);
  const bool exact = buckets_.is_of_whole_numbers() && fractions_ == 0;
  std::vector<std::uint32_t> groups(counts.size());  // 1 + group
  for (const auto rank : stats::quantile_places(base_[group], told_quantiles)) {
    auto place = rank;
    const auto bucket = stats::find_bucket(counts.data(), place);
    const auto value = exact || !buckets_.is_of_whole_numbers() ? buckets_.only_value(bucket) : std::nullopt;
    places_[group].push_back({value.has_value(), value.value_or(0.0)});
    if (value) continue;
    if (groups[bucket] == 0) {
      groups[bucket] = 1 + static_cast<std::uint32_t>(groups_.add(counts[bucket], 0));
      for (std::size_t g = 0; g < k_; ++g) {
        auto& wanted = wanted_[g * counts.size() + bucket];
        if (group == k_) wanted.all = groups[bucket];
        if (group == g) wanted.own = groups[bucket];
        if (group == g || group == k_) kept_[g * counts.size() + bucket] = 1;
      }
    }
    groups_.look_for(groups[bucket] - std::size_t{1}, place, rank);
  }
}

void NumberTally::add(std::size_t segment, std::span<double> values, std::span<double> weights) {
  const auto present = missing_[segment] > 0 ? drop_missing(values, weights) : values;
  const auto of_each = weights.empty() ? weights : weights.first(present.size());
  sums_[segment].add(present, of_each);
  if (buckets_.is_of_whole_numbers() && fractions_ == 0 && level_weights_.empty()) return;
  found_.resize(std::max(found_.size(), present.size()));
  buckets_.find(present, found_.data());
  const auto* const kept = kept_.data() + segment * buckets_.count();
  const auto* const wanted = wanted_.data() + segment * buckets_.count();
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (kept[found_[i]] == 0) [[likely]]
      continue;
    const auto [own, all] = wanted[found_[i]];
    if (own != 0) groups_.keep(own - std::size_t{1}, present[i]);
    if (all != 0) groups_.keep(all - std::size_t{1}, present[i]);
  }
  if (level_weights_.empty()) return;
  for (std::size_t i = 0; i < present.size(); ++i)
    level_weights_[segment * level_buckets_.size() + level_of_[found_[i]]].add(of_each[i]);
}

void NumberTally::include(comm::JointReduction<std::int64_t>& sums) {
  for (auto& one : sums_) {
    for (const auto part : one.parts()) sums.include(part);
  }
  for (auto& one : level_weights_) sums.include(one.parts());
}

/// About where a segment's median lies: a value of the segment's own, if it is in the same bucket, so that
/// what is far apart from all others is still seen in its own scale.
double NumberTally::middle_of(std::size_t group) const {
  if (base_[group] == 0) return extremes_[1];
  auto place = base_[group] / 2;
  const auto bucket = stats::find_bucket(histogram(group).data(), place);
  if (const double example = examples_[group]; !std::isinf(example)) {
    std::uint32_t found = 0;
    buckets_.find(std::span(&example, 1), &found);
    if (found == bucket) return example;
  }
  return std::clamp(buckets_.about(bucket), -extremes_[0], extremes_[1]);
}

/// What the counts of whole numbers say.
stats::WeightedMoments NumberTally::sum_whole_numbers(std::size_t group) const {
  const auto counts = histogram(group);
  const auto n = static_cast<double>(base_[group]);
  if (base_[group] == 0) return {};
  std::int64_t sum = 0;
  for (std::size_t b = 0; b < counts.size(); ++b) sum += counts[b] * static_cast<std::int64_t>(b);
  const long double middle = static_cast<long double>(sum) / n;
  long double deviations = 0;
  for (std::size_t b = 0; b < counts.size(); ++b) {
    const long double away = static_cast<long double>(b) - middle;
    deviations += static_cast<long double>(counts[b]) * away * away;
  }
  return {n, n, static_cast<double>(buckets_.lowest() + middle), static_cast<double>(deviations)};
}

Tally NumberTally::finish(const std::vector<double>& found) {
  Tally tally{.fitted = fitted_, .count = base_, .missing = missing_};
  stats::WeightedMoments everybody;
  for (std::size_t g = 0; g < k_; ++g) {
    tally.sums.push_back(open_ ? sums_[g].find(base_[g]) : sum_whole_numbers(g));
    everybody = stats::together(everybody, tally.sums.back());
  }
  tally.sums.push_back(open_ ? everybody : sum_whole_numbers(k_));
  auto next = found.begin();
  for (std::size_t g = 0; g <= k_; ++g) {
    std::vector<double> at_places;
    for (const auto& place : places_[g]) {
      at_places.push_back(place.known ? place.value : *next);
      if (!place.known) ++next;
    }
    auto& quantiles = tally.quantiles.emplace_back();
    quantiles.fill(core::not_a_number);
    if (at_places.empty()) continue;
    const auto values = stats::quantiles_from(at_places, base_[g], told_quantiles);
    std::copy(values.begin(), values.end(), quantiles.begin());
  }
  for (const auto bucket : level_buckets_)
    tally.levels.push_back(fmt::format("{}", buckets_.lowest() + static_cast<double>(bucket)));
  std::vector<double> of_all(level_buckets_.size());
  for (std::size_t g = 0; g <= k_; ++g) {
    for (std::size_t l = 0; l < level_buckets_.size(); ++l) {
      const auto count = histogram(g)[level_buckets_[l]];
      tally.level_count.push_back(count);
      double weight = static_cast<double>(count);
      if (weighted_ && g < k_) weight = level_weights_[g * level_buckets_.size() + l].value();
      if (weighted_ && g == k_) weight = of_all[l];
      of_all[l] += weight;
      tally.level_weight.push_back(weight);
    }
  }
  return tally;
}

}  // namespace psychograph::insight
