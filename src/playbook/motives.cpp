#include "playbook/motives.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <utility>

#include <boost/math/distributions/students_t.hpp>

#include "results/row_columns.hpp"
#include "stats/significance.hpp"

namespace psychograph::playbook {
namespace {

/// Sums about the means, in steps, and what degrees of freedom a slope leaves.
struct Centred {
  long double n = 0, xx = 0, xy = 0, yy = 0;
  long double df = 0;
};

Centred centred(const PairSums& sums) {
  const auto moments = moments_of(sums);
  return {moments.n, moments.xx, moments.xy, moments.yy, moments.n - 2};
}

struct Slope {
  double slope = none;
  double error = none;
  double df = none;
};

Slope slope_of(const Centred& sums, double scale) {
  if (!(sums.xx > 0) || !(sums.df > 0)) return {};
  const auto slope = sums.xy / sums.xx;
  const auto left = std::max<long double>(0, sums.yy - slope * sums.xy);
  return {static_cast<double>(slope) * scale,
          static_cast<double>(std::sqrt(left / sums.df / sums.xx)) * scale, static_cast<double>(sums.df)};
}

double two_sided(double value, double error, double df) {
  if (!(df > 0) || std::isnan(error)) return none;
  if (!(error > 0)) return value == 0 ? 1 : 0;  // it follows without exception
  const boost::math::students_t_distribution<double> t(df);
  return 2 * boost::math::cdf(boost::math::complement(t, std::abs(value) / error));
}

/// The slope inside the segments other than `g`, whose means may lie apart.
Slope rest_of(const std::vector<Centred>& segments, std::size_t g, double scale) {
  Centred rest;
  for (std::size_t other = 0; other < segments.size(); ++other) {
    if (other == g || segments[other].n == 0) continue;
    rest.n += segments[other].n;
    rest.xx += segments[other].xx;
    rest.xy += segments[other].xy;
    rest.yy += segments[other].yy;
    rest.df += segments[other].n - 1;
  }
  rest.df -= 1;
  return slope_of(rest, scale);
}

std::string verdict_of(const Motive& motive) {
  if (motive.base < least_base) return "too few to tell";
  if (std::isnan(motive.slope)) return "one of the two does not vary";
  if (motive.q_difference <= false_discoveries)
    return motive.slope > motive.slope_rest ? "more here than elsewhere" : "less here than elsewhere";
  if (motive.q <= false_discoveries) return "here as elsewhere";
  return "not shown to go with it";
}

/// What is about few, and, of the same two columns, what others have: it would tell it.
void withhold(std::vector<Motive>& motives, const insight::Gate& gate) {
  std::set<std::pair<std::size_t, std::size_t>> few;
  for (const auto& motive : motives) {
    if (gate.is_small(motive.fewest)) few.emplace(motive.feature, motive.engagement);
  }
  for (auto& motive : motives) {
    if (!few.contains({motive.feature, motive.engagement})) continue;
    motive.slope_rest = motive.p_difference = motive.q_difference = none;
    if (!gate.is_small(motive.fewest)) continue;
    motive = {.segment = motive.segment, .feature = motive.feature, .engagement = motive.engagement};
    motive.base = results::no_count;
    motive.verdict = "withheld";
  }
}

}  // namespace

Couples motive_couples(std::size_t features, std::size_t engagements) {
  Couples couples;
  for (std::size_t f = 0; f < features; ++f) {
    for (std::size_t e = 0; e < engagements; ++e) couples.emplace_back(f, features + e);
  }
  return couples;
}

std::vector<Motive> find_motives(const Pairs& pairs, std::size_t features) {
  const auto engagements = features == 0 ? 0 : pairs.couples.size() / features;
  std::vector<Motive> motives;
  for (std::size_t g = 0; g < pairs.segments; ++g) {
    for (std::size_t e = 0; e < engagements; ++e) {
      for (std::size_t f = 0; f < features; ++f) {
        Motive motive{.segment = g, .feature = f, .engagement = e};
        motive.base = pairs.at(g, f * engagements + e).n;
        motive.fewest = pairs.at(g, f * engagements + e).fewest();
        const auto all = centred(pairs.together(f * engagements + e));
        std::vector<Centred> segments;
        for (std::size_t other = 0; other < pairs.segments; ++other)
          segments.push_back(centred(pairs.at(other, f * engagements + e)));
        if (motive.base >= least_base && all.xx > 0 && all.yy > 0) {
          const auto scale = static_cast<double>(std::sqrt(all.xx / all.yy));
          const auto own = slope_of(segments[g], scale);
          const auto rest = rest_of(segments, g, scale);
          motive.slope = own.slope;
          motive.slope_rest = rest.slope;
          motive.p = two_sided(own.slope, own.error, own.df);
          if (own.df > 0) {
            const boost::math::students_t_distribution<double> t(own.df);
            const double reach = boost::math::quantile(t, 0.975) * own.error;
            motive.slope_low = own.slope - reach;
            motive.slope_high = own.slope + reach;
          }
          if (rest.df >= static_cast<double>(least_base))
            motive.p_difference = two_sided(own.slope - rest.slope, std::hypot(own.error, rest.error),
                                            std::min(own.df, rest.df));
        }
        motives.push_back(std::move(motive));
      }
    }
  }
  std::vector<double> p, p_difference;
  for (const auto& motive : motives) {
    p.push_back(motive.p);
    p_difference.push_back(motive.p_difference);
  }
  const auto q = stats::benjamini_hochberg(p);
  const auto q_difference = stats::benjamini_hochberg(p_difference);
  for (std::size_t i = 0; i < motives.size(); ++i) {
    motives[i].q = q[i];
    motives[i].q_difference = q_difference[i];
    motives[i].verdict = verdict_of(motives[i]);
  }
  return motives;
}

results::TidyTable motive_table(std::vector<Motive> motives, const std::vector<std::string>& features,
                                const std::vector<std::string>& engagements, const Segments& segments,
                                const insight::Codebook& codebook, const insight::Gate& gate) {
  withhold(motives, gate);
  results::TidyTable table;
  results::RowColumns columns(std::span<const Motive>(motives), table);
  columns.add("engagement", [&](const Motive& m) { return engagements[m.engagement]; });
  columns.add("engagement_label", [&](const Motive& m) { return codebook.label(engagements[m.engagement]); });
  columns.add("feature", [&](const Motive& m) { return features[m.feature]; });
  columns.add("label", [&](const Motive& m) { return codebook.label(features[m.feature]); });
  columns.add("segment", [&](const Motive& m) { return segments.name(m.segment); });
  columns.add("segment_id", [&](const Motive& m) { return segments.id(m.segment); });
  columns.add("base", &Motive::base);
  columns.add("slope", &Motive::slope);
  columns.add("slope_low", &Motive::slope_low);
  columns.add("slope_high", &Motive::slope_high);
  columns.add("slope_rest", &Motive::slope_rest);
  columns.add("p", &Motive::p);
  columns.add("q", &Motive::q);
  columns.add("p_difference", &Motive::p_difference);
  columns.add("q_difference", &Motive::q_difference);
  columns.add("verdict", &Motive::verdict);
  return table;
}

}  // namespace psychograph::playbook
