#include "playbook/needs.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "core/printable.hpp"
#include "results/row_columns.hpp"
#include "stats/intervals.hpp"
#include "stats/significance.hpp"

namespace psychograph::playbook {
namespace {

/// A mean, and the sample's deviation.
struct Estimate {
  double value = none;
  double sd = none;
};

/// The means of customers' 2i - s and of their i: the gap is the larger one.
struct Gap {
  double n = 0;
  double importance = none, satisfaction = none;
  Estimate unmet, met;
  [[nodiscard]] const Estimate& larger() const { return unmet.value > met.value ? unmet : met; }
};

Gap gap_of(const PairSums& sums, const Pairs& pairs, std::size_t need) {
  Gap gap;
  const auto moments = moments_of(sums);
  gap.n = static_cast<double>(sums.n);
  if (sums.n == 0) return gap;
  const auto& couple = pairs.couples[need];
  const auto& i = pairs.scales[couple.first];
  const auto& s = pairs.scales[couple.second];
  const auto i_step = static_cast<long double>(i.unit * typing::step);
  const auto s_step = static_cast<long double>(s.unit * typing::step);
  const auto importance = i.centre + moments.x * i_step;
  const auto satisfaction = s.centre + moments.y * s_step;
  gap.importance = static_cast<double>(importance);
  gap.satisfaction = static_cast<double>(satisfaction);
  const auto estimate = [&](long double value, long double squares) {
    const auto variance = std::max<long double>(0, squares / (moments.n - 1));
    return Estimate{static_cast<double>(value), static_cast<double>(std::sqrt(variance))};
  };
  const auto ii = moments.xx * i_step * i_step;
  const auto is = moments.xy * i_step * s_step;
  const auto ss = moments.yy * s_step * s_step;
  gap.met = estimate(importance, ii);
  gap.unmet = estimate(2 * importance - satisfaction, 4 * ii - 4 * is + ss);
  return gap;
}

/// Where both means are as large, either may be the gap: each end is the larger of the two.
stats::Interval interval_of(const Gap& gap) {
  const auto unmet = stats::mean_interval(gap.unmet.value, gap.unmet.sd, gap.n);
  const auto met = stats::mean_interval(gap.met.value, gap.met.sd, gap.n);
  return {std::max(unmet.low, met.low), std::max(unmet.high, met.high)};
}

double p_of_difference(const Gap& own, const Gap& rest) {
  return stats::welch_p(own.larger().value - rest.larger().value,
                        stats::welch_error(own.larger().sd, own.n, rest.larger().sd, rest.n));
}

std::string verdict_of(const Need& need, bool clustered, std::size_t k) {
  if (need.group == k) return "";
  if (need.base < least_base || std::isnan(need.gap_rest)) return "too few to tell";
  if (clustered) return "made of this";
  if (!(need.q <= false_discoveries)) return "no difference shown";
  return need.gap > need.gap_rest ? "more than elsewhere" : "less than elsewhere";
}

Need need_of(const Pairs& pairs, std::size_t need, std::size_t group) {
  Need made{.need = need, .group = group};
  auto rest = pairs.together(need);
  const bool everybody = group == pairs.segments;
  const auto& sums = everybody ? rest : pairs.at(group, need);
  const auto own = gap_of(sums, pairs, need);
  made.base = sums.n;
  made.fewest = sums.fewest();
  made.importance = own.importance;
  made.satisfaction = own.satisfaction;
  made.gap = own.larger().value;
  if (sums.n >= 2) {
    const auto interval = interval_of(own);
    made.gap_low = interval.low;
    made.gap_high = interval.high;
  }
  if (everybody) return made;
  rest -= sums;
  if (rest.n < least_base) return made;
  const auto others = gap_of(rest, pairs, need);
  made.gap_rest = others.larger().value;
  if (sums.n >= least_base) made.p = p_of_difference(own, others);
  return made;
}

void withhold(std::vector<Need>& needs, std::size_t k, const insight::Gate& gate,
              const std::vector<bool>& tells) {
  std::vector<bool> few(tells.size(), false);
  for (const auto& need : needs) few[need.need] = few[need.need] || gate.is_small(need.fewest);
  for (auto& need : needs) {
    if (!few[need.need] && !tells[need.need]) continue;
    need.gap_rest = need.p = need.q = none;  // what others have tells what is withheld
    if (!tells[need.need] && need.group != k && !gate.is_small(need.fewest)) continue;
    need = {.need = need.need, .group = need.group};
    need.base = results::no_count;
    need.verdict = "withheld";
  }
}

}  // namespace

std::vector<Need> find_needs(const Pairs& pairs, const std::vector<bool>& clustered) {
  std::vector<Need> needs;
  for (std::size_t n = 0; n < pairs.couples.size(); ++n) {
    for (std::size_t group = 0; group <= pairs.segments; ++group) {
      needs.push_back(need_of(pairs, n, group));
      if (clustered[n]) needs.back().p = none;
    }
  }
  std::vector<double> p;
  for (const auto& need : needs) p.push_back(need.p);
  const auto q = stats::benjamini_hochberg(p);
  for (std::size_t i = 0; i < needs.size(); ++i) {
    needs[i].q = q[i];
    needs[i].verdict = verdict_of(needs[i], clustered[needs[i].need], pairs.segments);
  }
  return needs;
}

results::TidyTable need_table(std::vector<Need> needs, const spec::Needs& told, const Segments& segments,
                              const insight::Gate& gate, const std::vector<bool>& tells) {
  const auto k = segments.ids.size();
  withhold(needs, k, gate, tells);
  results::TidyTable table;
  results::RowColumns columns(std::span<const Need>(needs), table);
  columns.add("need", [&](const Need& n) { return told.names[n.need]; });
  columns.add("importance_column", [&](const Need& n) { return told.importance[n.need]; });
  columns.add("satisfaction_column", [&](const Need& n) { return told.satisfaction[n.need]; });
  columns.add("segment", [&](const Need& n) { return segments.name(n.group); });
  columns.add("segment_id", [&](const Need& n) { return segments.id(n.group); });
  columns.add("base", &Need::base);
  columns.add("importance", &Need::importance);
  columns.add("satisfaction", &Need::satisfaction);
  columns.add("gap", &Need::gap);
  columns.add("gap_low", &Need::gap_low);
  columns.add("gap_high", &Need::gap_high);
  columns.add("gap_rest", &Need::gap_rest);
  columns.add("p", &Need::p);
  columns.add("q", &Need::q);
  columns.add("grade", [](const Need& n) { return n.base < least_base ? "too few" : "declared"; });
  columns.add("verdict", &Need::verdict);
  return table;
}

std::string summarise_needs(const results::TidyTable& needs) {
  std::string lines;
  const auto number = [&](const char* column, std::size_t row) { return needs.column<double>(column)[row]; };
  const auto& verdicts = needs.column<std::string>("verdict");
  for (std::size_t row = 0; row < verdicts.size(); ++row) {
    if (verdicts[row] != "more than elsewhere") continue;
    lines += fmt::format("{:>7}  {}: a gap of {:.2f} ({:.2f} to {:.2f}) of {}, others {:.2f}\n",
                         needs.column<std::int64_t>("segment_id")[row],
                         core::printable(needs.column<std::string>("need")[row]), number("gap", row),
                         number("gap_low", row), number("gap_high", row),
                         needs.column<std::int64_t>("base")[row], number("gap_rest", row));
  }
  return lines.empty() ? lines : "\nWhat matters and is met less than elsewhere\n" + lines;
}

}  // namespace psychograph::playbook
