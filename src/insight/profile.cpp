#include "insight/profile.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "insight/letters.hpp"
#include "stats/intervals.hpp"
#include "stats/significance.hpp"

namespace psychograph::insight {
namespace {

using Sums = stats::WeightedMoments;

/// Weights alone.
Sums less(const Sums& all, const Sums& part) {
  return {all.weight - part.weight, all.weight_square - part.weight_square, no_figure, no_figure};
}

/// [k] of all groups but each.
std::vector<Sums> rests(std::span<const Sums> groups) {
  std::vector<Sums> found(groups.size());
  Sums before;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    found[g] = before;
    before = stats::together(before, groups[g]);
  }
  Sums behind;
  for (std::size_t g = groups.size(); g-- > 0;) {
    found[g] = stats::together(found[g], behind);
    behind = stats::together(groups[g], behind);
  }
  return found;
}

/// Kish's: as many customers of equal weight say as much.
double effective(const Sums& sums) {
  return sums.weight_square > 0 ? sums.weight * sums.weight / sums.weight_square : 0.0;
}

struct Moments {
  double n = 0;  ///< effective
  double mean = no_figure;
  double variance = no_figure;  ///< population
  [[nodiscard]] double sample_sd() const { return n > 1 ? std::sqrt(variance * n / (n - 1)) : no_figure; }
};

Moments moments_of(const Sums& sums) {
  if (!(sums.weight > 0)) return {};
  return {effective(sums), sums.mean, sums.deviations / sums.weight};
}

double share_of(double part, double whole) { return whole > 0 ? part / whole : no_figure; }

class FeatureProfile {
 public:
  FeatureProfile(std::size_t feature, const Tally& tally, std::vector<ProfileRow>& rows)
      : feature_(feature), tally_(tally), k_(tally.groups() - 1), rows_(rows) {}

  Effect add_numbers() {
    const auto all = moments_of(tally_.sums[k_]);
    const double deviation = std::sqrt(all.variance);
    const auto rest = rests(std::span(tally_.sums).first(k_));
    for (std::size_t g = 0; g <= k_; ++g) {
      auto row = row_of(g);
      const auto own = moments_of(tally_.sums[g]);
      row.count = row.base;
      row.mean = own.mean;
      row.sd = g == k_ ? deviation : own.sample_sd();
      if (all.mean > 0) row.index = 100 * own.mean / all.mean;
      row.quantiles = tally_.quantiles[g];
      const auto interval = stats::mean_interval(own.mean, own.sample_sd(), own.n);
      row.mean_low = interval.low;
      row.mean_high = interval.high;
      add_boxes(row);
      if (g < k_) compare_means(row, own, moments_of(rest[g]), deviation);
      rows_.push_back(std::move(row));
    }
    return effect_of_numbers(all);
  }

  Effect add_levels() {
    for (std::size_t l = 0; l < tally_.levels.size(); ++l) {
      const double all = share_of(tally_.level_weight_at(k_, l), tally_.sums[k_].weight);
      for (std::size_t g = 0; g <= k_; ++g) {
        auto row = row_of(g);
        row.level = static_cast<std::int64_t>(l);
        row.count = tally_.level_count_at(g, l);
        const double weight = tally_.level_weight_at(g, l);
        row.share = share_of(weight, tally_.sums[g].weight);
        if (row.base > 0) {
          const auto interval = stats::wilson(row.share, row.effective_base);
          row.share_low = interval.low;
          row.share_high = interval.high;
        }
        row.index = 100 * row.share / all;
        if (g < k_ && row.base > 0) compare_shares(row, weight, all);
        rows_.push_back(std::move(row));
      }
    }
    return effect_of_levels();
  }

 private:
  [[nodiscard]] ProfileRow row_of(std::size_t group) const {
    ProfileRow row;
    row.feature = feature_;
    row.group = group;
    row.base = tally_.count[group];
    row.missing = tally_.missing[group];
    row.effective_base = effective(tally_.sums[group]);
    return row;
  }

  void add_boxes(ProfileRow& row) const {
    const auto levels = tally_.levels.size();
    if (tally_.fitted->feature.kind != spec::Kind::ordinal || levels < 3 || row.base == 0) return;
    const double weight = tally_.sums[row.group].weight;
    const auto both = [&](std::size_t a, std::size_t b) {
      return (tally_.level_weight_at(row.group, a) + tally_.level_weight_at(row.group, b)) / weight;
    };
    row.bottom2 = both(0, 1);
    row.top2 = both(levels - 2, levels - 1);
  }

  void compare_means(ProfileRow& row, const Moments& own, const Moments& rest, double deviation) const {
    row.mean_rest = rest.mean;
    if (!(deviation > 0)) return;  // constant, as far as double can tell
    row.difference = (own.mean - rest.mean) / deviation;
    const auto interval =
        stats::mean_difference({own.mean, own.n, rest.mean, rest.n}, own.sample_sd(), rest.sample_sd());
    row.difference_low = interval.low / deviation;
    row.difference_high = interval.high / deviation;
    row.p = stats::welch_p(own.mean - rest.mean,
                           stats::welch_error(own.sample_sd(), own.n, rest.sample_sd(), rest.n));
  }

  void compare_shares(ProfileRow& row, double weight, double all) const {
    const auto others = less(tally_.sums[k_], tally_.sums[row.group]);
    const auto level = static_cast<std::size_t>(row.level);
    const double rest = share_of(tally_.level_weight_at(k_, level) - weight, others.weight);
    const stats::Contrast shares{row.share, row.effective_base, rest, effective(others)};
    row.share_rest = rest;
    const auto index = stats::index_interval(
        {row.share, row.effective_base, others.weight > 0 ? rest : 0.0, effective(others)},
        tally_.sums[row.group].weight / tally_.sums[k_].weight);
    row.index_low = index.low;
    row.index_high = index.high;
    if (!(others.weight > 0)) return;
    const double deviation = std::sqrt(all * (1 - all));
    const auto difference = stats::share_difference(shares);
    row.difference = (row.share - rest) / deviation;
    row.difference_low = difference.low / deviation;
    row.difference_high = difference.high / deviation;
    row.p = stats::pooled_z_p(row.share, shares.n, rest, shares.n_rest);
  }

  /// Segments in which somebody has the feature.
  [[nodiscard]] double segments_there() const {
    return static_cast<double>(std::count_if(tally_.count.begin(), tally_.count.end() - 1,
                                             [](std::int64_t count) { return count > 0; }));
  }

  [[nodiscard]] Effect effect_of_numbers(const Moments& all) const {
    Effect found;
    found.cramers_v = no_figure;
    double between = 0;
    for (std::size_t g = 0; g < k_; ++g) {
      if (tally_.count[g] == 0) continue;
      const double away = moments_of(tally_.sums[g]).mean - all.mean;
      between += tally_.sums[g].weight * away * away;
    }
    const double total = all.variance * tally_.sums[k_].weight;
    found.effect = total > 0 ? std::min(1.0, between / total) : no_figure;
    found.df1 = segments_there() - 1;
    found.df2 = all.n - segments_there();
    found.statistic = (found.effect / found.df1) / ((1 - found.effect) / found.df2);
    found.p = stats::f_p(found.statistic, found.df1, found.df2);
    return found;
  }

  /// Of the shares of levels in segments.
  [[nodiscard]] Effect effect_of_levels() const {
    Effect found;
    found.kind = "tau";
    found.df2 = no_figure;
    const auto levels = tally_.levels.size();
    double within = 0;  // sum over segments and levels of share of all times share in the segment
    double alone = 0;
    double phi2 = 0;
    double levels_there = 0;
    const double n = tally_.sums[k_].weight;
    for (std::size_t l = 0; l < levels; ++l) {
      const double all = share_of(tally_.level_weight_at(k_, l), n);
      if (!(all > 0)) continue;
      ++levels_there;
      alone += all * all;
      for (std::size_t g = 0; g < k_; ++g) {
        const double of_all = tally_.sums[g].weight / n;
        if (!(of_all > 0)) continue;
        const double share = tally_.level_weight_at(g, l) / tally_.sums[g].weight;
        within += of_all * share * share;
        phi2 += of_all * (share - all) * (share - all) / all;
      }
    }
    found.df1 = (segments_there() - 1) * (levels_there - 1);
    found.effect = 1 - alone > 1e-12 ? std::clamp((within - alone) / (1 - alone), 0.0, 1.0) : no_figure;
    found.statistic = phi2 * effective(tally_.sums[k_]);
    const double least = std::min(segments_there(), levels_there) - 1;
    found.cramers_v = least > 0 ? std::sqrt(phi2 / least) : no_figure;
    found.p = stats::chi_square_p(found.statistic, found.df1);
    return found;
  }

  std::size_t feature_;
  const Tally& tally_;
  std::size_t k_;
  std::vector<ProfileRow>& rows_;
};

/// Whether the whole interval lies beyond the smallest effect, on one side.
bool beyond(const ProfileRow& row, double smallest) {
  return row.difference_low > smallest || row.difference_high < -smallest;
}

std::string verdict_of(const ProfileRow& row, bool clustered, double smallest) {
  constexpr double level = 0.05;
  if (!(row.effective_base >= least_base)) return "too few to tell";
  if (clustered) return "made of this";
  if (std::isnan(row.difference) || std::isnan(row.q)) return "nothing to compare";
  if (row.q > level) return "not shown";
  return beyond(row, smallest) ? "distinct" : "small";
}

/// Chance is asked about what the segments were not made of, of all of it together.
void test_exceptions(Profile& profile, double smallest) {
  const auto k = profile.names.size();
  std::vector<double> p;
  for (auto& row : profile.rows) {
    if (row.group == k) continue;
    if (profile.features[row.feature].clustered || !(row.effective_base >= least_base)) row.p = no_figure;
    p.push_back(row.p);
  }
  const auto q = stats::benjamini_hochberg(p);
  std::size_t next = 0;
  for (auto& row : profile.rows) {
    if (row.group == k) continue;
    row.q = q[next++];
    row.verdict = verdict_of(row, profile.features[row.feature].clustered, smallest);
  }
}

}  // namespace

Profile make_profile(std::span<const Tally> tallies, std::vector<std::int32_t> ids,
                     std::vector<std::string> names, const ProfileOptions& options) {
  Profile profile{std::move(ids), std::move(names), {}, {}};
  for (const auto& tally : tallies) {
    const auto& feature = tally.fitted->feature;
    ProfileFeature made{feature.name,    feature.facet, feature.kind, feature.clustered,
                        feature.columns, tally.levels,  {},           {}};
    FeatureProfile figures(profile.features.size(), tally, profile.rows);
    if (tally.has_numbers()) made.numbers = figures.add_numbers();
    if (!tally.levels.empty()) made.leveled = figures.add_levels();
    if (feature.clustered) made.numbers.p = made.leveled.p = no_figure;
    profile.features.push_back(std::move(made));
  }
  test_exceptions(profile, options.smallest_effect);
  for (std::size_t f = 0; f < profile.features.size(); ++f) {
    const auto& wanted = options.letters;
    if (std::find(wanted.begin(), wanted.end(), profile.features[f].name) != wanted.end())
      add_letters(profile, f);
  }
  return profile;
}

}  // namespace psychograph::insight
