#include "playbook/motives.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <boost/math/distributions/students_t.hpp>

#include "comm/joint_reduction.hpp"
#include "insight/segment_windows.hpp"
#include "stats/significance.hpp"
#include "typing/question.hpp"

namespace psychograph::playbook {
namespace {

constexpr unsigned low_bits = 32;

void add_product(std::int64_t product, std::int64_t& high, std::int64_t& low) {
  high += product >> low_bits;
  low += product & ((std::int64_t{1} << low_bits) - 1);
}

long double whole(std::int64_t high, std::int64_t low) {
  return static_cast<long double>(high) * 0x1p32L + static_cast<long double>(low);
}

/// About the means, in steps.
struct Centred {
  long double n = 0, xx = 0, xy = 0, yy = 0;
  long double df = 0;  ///< what the slope leaves
};

Centred centred(const PairSums& sums) {
  Centred found;
  if (sums.n == 0) return found;
  found.n = static_cast<long double>(sums.n);
  const auto x = static_cast<long double>(sums.x);
  const auto y = static_cast<long double>(sums.y);
  found.xx = whole(sums.xx_high, sums.xx_low) - x * x / found.n;
  found.xy = whole(sums.xy_high, sums.xy_low) - x * y / found.n;
  found.yy = whole(sums.yy_high, sums.yy_low) - y * y / found.n;
  found.df = found.n - 2;
  return found;
}

PairSums together(const Pairs& pairs, std::size_t f, std::size_t e) {
  PairSums all;
  for (std::size_t g = 0; g < pairs.segments; ++g) {
    const auto& own = pairs.at(g, f, e);
    all.n += own.n;
    all.x += own.x;
    all.y += own.y;
    all.xx_high += own.xx_high;
    all.xx_low += own.xx_low;
    all.xy_high += own.xy_high;
    all.xy_low += own.xy_low;
    all.yy_high += own.yy_high;
    all.yy_low += own.yy_low;
  }
  return all;
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
  if (!(error > 0) || !(df > 0)) return none;
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
  if (motive.base < least_base || std::isnan(motive.slope)) return "too few to tell";
  if (motive.q_difference <= false_discoveries)
    return motive.slope > motive.slope_rest ? "more here than elsewhere" : "less here than elsewhere";
  if (motive.q <= false_discoveries) return "here as elsewhere";
  return "not shown to go with it";
}

}  // namespace

void PairSums::add(std::int32_t x_steps, std::int32_t y_steps) {
  const std::int64_t a = x_steps;
  const std::int64_t b = y_steps;
  ++n;
  x += a;
  y += b;
  add_product(a * a, xx_high, xx_low);
  add_product(a * b, xy_high, xy_low);
  add_product(b * b, yy_high, yy_low);
}

Pairs count_pairs(const comm::Communicator& world, const io::Shard& shard,
                  const std::vector<features::FittedFeature>& features,
                  const std::vector<features::FittedFeature>& engagements, const insight::Labels& labels,
                  std::size_t segments) {
  Pairs pairs{segments, features.size(), engagements.size(), {}};
  pairs.sums.resize(segments * features.size() * engagements.size());
  std::vector<features::FittedFeature> all = features;
  all.insert(all.end(), engagements.begin(), engagements.end());
  const auto questions = typing::make_questions(all);
  std::vector<const features::FittedFeature*> wanted;
  for (const auto& column : all) wanted.push_back(&column);
  constexpr std::int32_t missing = std::numeric_limits<std::int32_t>::min();
  std::vector<std::vector<std::int32_t>> steps(all.size());
  const auto take = [&](const features::WindowCells& cells, std::size_t c) {
    steps[c].clear();
    for (const double cell : cells.numbers(c))
      steps[c].push_back(std::isnan(cell) ? missing : questions.predictors[c].steps(cell));
  };
  const auto see = [&](core::RowRange, std::span<const std::int32_t> own) {
    for (std::size_t row = 0; row < own.size(); ++row) {
      if (own[row] < 0) continue;
      auto* sums =
          pairs.sums.data() + static_cast<std::size_t>(own[row]) * features.size() * engagements.size();
      for (std::size_t f = 0; f < features.size(); ++f) {
        for (std::size_t e = 0; e < engagements.size(); ++e, ++sums) {
          const auto x = steps[f][row];
          const auto y = steps[features.size() + e][row];
          if (x != missing && y != missing) sums->add(x, y);
        }
      }
    }
  };
  insight::walk(world, shard, wanted, "the playbook", labels, {{}, take, see});
  comm::JointReduction<std::int64_t> joint;
  static_assert(sizeof(PairSums) == 9 * sizeof(std::int64_t));
  for (auto& sums : pairs.sums) {
    for (auto* one : {&sums.n, &sums.x, &sums.y, &sums.xx_high, &sums.xx_low, &sums.xy_high, &sums.xy_low,
                      &sums.yy_high, &sums.yy_low})
      joint.include(std::span(one, 1));
  }
  joint.sum(world);
  return pairs;
}

std::vector<Motive> find_motives(const Pairs& pairs) {
  std::vector<Motive> motives;
  for (std::size_t g = 0; g < pairs.segments; ++g) {
    for (std::size_t e = 0; e < pairs.engagements; ++e) {
      for (std::size_t f = 0; f < pairs.features; ++f) {
        Motive motive{.segment = g, .feature = f, .engagement = e};
        motive.base = pairs.at(g, f, e).n;
        const auto all = centred(together(pairs, f, e));
        std::vector<Centred> segments;
        for (std::size_t other = 0; other < pairs.segments; ++other)
          segments.push_back(centred(pairs.at(other, f, e)));
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
  for (auto& motive : motives) {
    if (motive.base == 0 || motive.base >= gate.privacy().min_cell) continue;
    motive = {.segment = motive.segment, .feature = motive.feature, .engagement = motive.engagement};
    motive.base = results::no_count;
    motive.verdict = "withheld";
  }
  const auto texts = [&](auto of) {
    std::vector<std::string> cells;
    for (const auto& motive : motives) cells.emplace_back(of(motive));
    return cells;
  };
  const auto counts = [&](auto of) {
    std::vector<std::int64_t> cells;
    for (const auto& motive : motives) cells.push_back(of(motive));
    return cells;
  };
  results::TidyTable table;
  table.add("engagement", texts([&](const Motive& m) { return engagements[m.engagement]; }));
  table.add("feature", texts([&](const Motive& m) { return features[m.feature]; }));
  table.add("label", texts([&](const Motive& m) { return codebook.label(features[m.feature]); }));
  table.add("segment", texts([&](const Motive& m) { return segments.names[m.segment]; }));
  table.add("segment_id", counts([&](const Motive& m) { return std::int64_t{segments.ids[m.segment]}; }));
  table.add("base", counts([](const Motive& m) { return m.base; }));
  const std::pair<const char*, double Motive::*> figures[] = {{"slope", &Motive::slope},
                                                              {"slope_low", &Motive::slope_low},
                                                              {"slope_high", &Motive::slope_high},
                                                              {"slope_rest", &Motive::slope_rest},
                                                              {"p", &Motive::p},
                                                              {"q", &Motive::q},
                                                              {"p_difference", &Motive::p_difference},
                                                              {"q_difference", &Motive::q_difference}};
  for (const auto& [name, member] : figures) {
    std::vector<double> cells;
    for (const auto& motive : motives) cells.push_back(motive.*member);
    table.add(name, std::move(cells));
  }
  table.add("verdict", texts([](const Motive& m) { return m.verdict; }));
  return table;
}

}  // namespace psychograph::playbook
