#include "quarters/drift.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "core/figure.hpp"

namespace psychograph::quarters {
namespace {

constexpr double least_share = 1e-4;

struct Bins {
  std::vector<std::int64_t> before;
  std::vector<std::int64_t> now;
};

/// Cells in the bins between edges, from the numbers at or below each. Of equal edges the last one counts.
std::vector<std::int64_t> between(std::span<const double> edges, std::span<const std::int64_t> at_or_below,
                                  std::int64_t count) {
  std::vector<std::int64_t> bins;
  std::int64_t below = 0;
  for (std::size_t e = 0; e < edges.size(); ++e) {
    if (e + 1 < edges.size() && edges[e + 1] == edges[e]) continue;
    bins.push_back(at_or_below[e] - below);
    below = at_or_below[e];
  }
  bins.push_back(count - below);
  return bins;
}

/// Customers who gave each answer: a level's count without the missing cells that were filled with it.
std::map<std::string, std::int64_t> answers(const features::FittedFeature& fitted) {
  std::map<std::string, std::int64_t> counts;
  std::int64_t all = 0;
  for (const auto& level : fitted.levels) {
    if (level.missing) continue;
    counts[level.name] = level.count;
    all += level.count;
  }
  const auto filled = all - fitted.statistics.count;
  if (filled > 0) counts[fitted.levels[static_cast<std::size_t>(fitted.fill)].name] -= filled;
  return counts;
}

Bins bins_of_levels(const features::FittedFeature& before, const features::FittedFeature& now,
                    FeatureDrift& drift) {
  Bins bins;
  const auto old = answers(before);
  const auto current = answers(now);
  for (const auto& [name, count] : old) {
    const auto here = current.find(name);
    if (here == current.end()) drift.gone_levels.push_back(name);
    bins.before.push_back(count);
    bins.now.push_back(here == current.end() ? 0 : here->second);
  }
  for (const auto& [name, count] : current) {
    if (old.contains(name)) continue;
    drift.new_levels.push_back(name);
    bins.before.push_back(0);
    bins.now.push_back(count);
  }
  return bins;
}

double missing_share(const features::Statistics& s) {
  const auto all = s.count + s.missing;
  return all > 0 ? static_cast<double>(s.missing) / static_cast<double>(all) : 0.0;
}

double mean_shift(const features::Statistics& before, const features::Statistics& now) {
  if (now.mean == before.mean) return 0;
  return (now.mean - before.mean) / before.sd;  // infinite where all were the same
}

const features::FittedFeature* find(const features::Schema& schema, const std::string& name, bool leveled) {
  for (const auto& fitted : schema.features) {
    if (fitted.feature.name == name && fitted.feature.leveled == leveled) return &fitted;
  }
  return nullptr;
}

}  // namespace

double stability_index(std::span<const std::int64_t> before, std::span<const std::int64_t> now) {
  const auto total_before = std::accumulate(before.begin(), before.end(), std::int64_t{0});
  const auto total_now = std::accumulate(now.begin(), now.end(), std::int64_t{0});
  if (total_before == 0 || total_now == 0) return 0;
  double index = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const double p =
        std::max(static_cast<double>(before[i]) / static_cast<double>(total_before), least_share);
    const double q = std::max(static_cast<double>(now[i]) / static_cast<double>(total_now), least_share);
    // The processor's own logarithm, of long doubles. That of doubles is another one where there are fused
    // multiply-adds: the C library chooses.
    index += (q - p) * static_cast<double>(std::log(static_cast<long double>(q / p)));
  }
  return index;
}

std::vector<features::BinCounts> bins_of(const features::Schema& before,
                                         const std::vector<features::Feature>& now) {
  std::vector<features::BinCounts> bins;
  for (const auto& feature : now) {
    if (feature.leveled) continue;
    const auto* earlier = find(before, feature.name, false);
    if (earlier == nullptr || earlier->statistics.count == 0) continue;
    const auto& quantiles = earlier->statistics.quantiles;
    bins.push_back({feature, {quantiles.begin(), quantiles.end()}});
  }
  return bins;
}

std::vector<FeatureDrift> find_feature_drift(const features::Schema& before, const features::Schema& now,
                                             std::span<const features::BinCounts> bins) {
  std::vector<FeatureDrift> drifts;
  for (const auto& fitted : now.features) {
    const auto& feature = fitted.feature;
    const auto* earlier = find(before, feature.name, feature.leveled);
    if (earlier == nullptr) continue;
    const auto& was = earlier->statistics;
    const auto& is = fitted.statistics;
    FeatureDrift drift{feature.name, 0, core::not_a_number, missing_share(was), missing_share(is), {}, {}};
    Bins counts;
    if (feature.leveled) {
      counts = bins_of_levels(*earlier, fitted, drift);
    } else {
      drift.mean_shift = mean_shift(was, is);
      const auto place = std::find_if(bins.begin(), bins.end(),
                                      [&](const auto& one) { return one.feature.name == feature.name; });
      if (place == bins.end()) {  // nobody had a value
        counts = {{was.count}, {is.count}};
      } else {
        counts = {between(place->edges, was.at_or_below, was.count),
                  between(place->edges, place->at_or_below, is.count)};
      }
    }
    counts.before.push_back(was.missing);
    counts.now.push_back(is.missing);
    drift.stability = stability_index(counts.before, counts.now);
    drifts.push_back(std::move(drift));
  }
  return drifts;
}

CentroidShift find_shift(const core::Centroids& old, std::size_t a, const features::Schema& before,
                         const core::Centroids& now_in_before_units, std::size_t b) {
  CentroidShift shift;
  const auto names = before.encoded_names();
  double square = 0;
  for (std::size_t j = 0; j < names.size(); ++j) {
    const double difference = now_in_before_units.at(b, j) - old.at(a, j);
    square += difference * difference;
    if (j > 0 && std::abs(difference) <= std::abs(shift.column_shift)) continue;
    shift.column = names[j];
    shift.column_shift = difference;
  }
  shift.distance = std::sqrt(square);
  shift.per_column = std::sqrt(square / static_cast<double>(names.size()));
  return shift;
}

}  // namespace psychograph::quarters
