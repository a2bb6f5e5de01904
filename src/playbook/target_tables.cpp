#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/printable.hpp"
#include "playbook/targeting.hpp"

namespace psychograph::playbook {
namespace {

using spec::Criterion;
using spec::TargetFigure;

std::string text_of(const Criterion& criterion, const insight::Codebook& codebook) {
  if (criterion.figure == TargetFigure::customers) return "customers";
  const auto feature = codebook.label(criterion.feature);
  if (criterion.level.empty()) return fmt::format("{} of {}", to_string(criterion.figure), feature);
  return fmt::format("{} of {}: {}", to_string(criterion.figure), feature,
                     codebook.label(criterion.feature, criterion.level));
}

/// Why it is out, with the figure.
std::string failure_of(const Criterion& criterion, const insight::Codebook& codebook, double figure) {
  const bool low = criterion.at_least && figure < *criterion.at_least;
  return fmt::format("{}: {:.4g}, {} {:.4g}", text_of(criterion, codebook), figure,
                     low ? "at least" : "at most", low ? *criterion.at_least : *criterion.at_most);
}

bool within(const Criterion& criterion, double figure) {
  return !(criterion.at_least && figure < *criterion.at_least) &&
         !(criterion.at_most && figure > *criterion.at_most);
}

/// What a criterion's limits say: "" where it has none.
const char* passes(const Criterion& criterion, const Figure& figure) {
  if (!criterion.at_least && !criterion.at_most) return "";
  if (std::isnan(figure.value)) return "not known";
  return within(criterion, figure.value) ? "yes" : "no";
}

/// Whether figures at both ends of the interval would get the same word.
const char* beyond_doubt(const Criterion& criterion, const Figure& figure) {
  if ((!criterion.at_least && !criterion.at_most) || std::isnan(figure.value)) return "";
  if (std::isnan(figure.low) || std::isnan(figure.high)) return "no";
  const bool word = within(criterion, figure.value);
  return within(criterion, figure.low) == word && within(criterion, figure.high) == word ? "yes" : "no";
}

struct AxisScore {
  double value = none, low = none, high = none;
};

/// Weighted over the criteria of the axis; none where a figure of it is not known.
AxisScore score_of(const spec::Targeting& targeting, const TargetFigures& figures, std::size_t g,
                   std::size_t k, spec::TargetAxis axis) {
  AxisScore sum{0, 0, 0};
  double weights = 0;
  for (std::size_t c = 0; c < targeting.criteria.size(); ++c) {
    const auto& criterion = targeting.criteria[c];
    if (criterion.axis != axis || !criterion.from) continue;
    const auto& figure = figures.criteria[c * k + g];
    const double low = score(criterion, figure.low);
    const double high = score(criterion, figure.high);
    weights += criterion.weight;
    sum.value += criterion.weight * score(criterion, figure.value);
    sum.low += criterion.weight * std::min(low, high);
    sum.high += criterion.weight * std::max(low, high);
  }
  if (!(weights > 0)) return {};
  return {sum.value / weights, sum.low / weights, sum.high / weights};
}

}  // namespace

results::TidyTable criteria_table(const spec::Targeting& targeting, const TargetFigures& figures,
                                  const Segments& segments, const insight::Codebook& codebook) {
  std::vector<std::string> axes, texts, features, levels, kinds, names, passed, doubts;
  std::vector<std::int64_t> ids, bases;
  std::vector<double> values, lows, highs, froms, tos, leasts, mosts, scores, weights;
  const auto k = segments.ids.size();
  for (std::size_t c = 0; c < targeting.criteria.size(); ++c) {
    const auto& criterion = targeting.criteria[c];
    for (std::size_t g = 0; g < k; ++g) {
      const auto& figure = figures.criteria[c * k + g];
      axes.emplace_back(to_string(criterion.axis));
      texts.push_back(text_of(criterion, codebook));
      features.push_back(criterion.feature);
      levels.push_back(criterion.level);
      kinds.emplace_back(to_string(criterion.figure));
      names.push_back(segments.names[g]);
      ids.push_back(segments.ids[g]);
      bases.push_back(figure.base);
      values.push_back(figure.value);
      lows.push_back(figure.low);
      highs.push_back(figure.high);
      froms.push_back(criterion.from.value_or(none));
      tos.push_back(criterion.to.value_or(none));
      leasts.push_back(criterion.at_least.value_or(none));
      mosts.push_back(criterion.at_most.value_or(none));
      scores.push_back(score(criterion, figure.value));
      weights.push_back(criterion.from ? criterion.weight : none);
      passed.emplace_back(passes(criterion, figure));
      doubts.emplace_back(beyond_doubt(criterion, figure));
    }
  }
  results::TidyTable table;
  table.add("axis", std::move(axes));
  table.add("criterion", std::move(texts));
  table.add("feature", std::move(features));
  table.add("level", std::move(levels));
  table.add("figure", std::move(kinds));
  table.add("segment", std::move(names));
  table.add("segment_id", std::move(ids));
  table.add("base", std::move(bases));
  table.add("value", std::move(values));
  table.add("value_low", std::move(lows));
  table.add("value_high", std::move(highs));
  table.add("from", std::move(froms));
  table.add("to", std::move(tos));
  table.add("at_least", std::move(leasts));
  table.add("at_most", std::move(mosts));
  table.add("score", std::move(scores));
  table.add("weight", std::move(weights));
  table.add("passes", std::move(passed));
  table.add("beyond_doubt", std::move(doubts));
  return table;
}

results::TidyTable target_table(const spec::Targeting& targeting, const TargetFigures& figures,
                                const Segments& segments, const insight::Codebook& codebook) {
  const auto k = segments.ids.size();
  std::array<std::array<std::vector<double>, 3>, 2> axes;
  std::vector<double> values, lows, highs, shares;
  std::vector<std::int64_t> bases;
  std::vector<std::string> verdicts, reasons;
  double all = 0;  // not known where a part is not
  for (const auto& value : figures.values) all += value.value;
  for (std::size_t g = 0; g < k; ++g) {
    for (const auto axis : {spec::TargetAxis::attractiveness, spec::TargetAxis::strength}) {
      const auto found = score_of(targeting, figures, g, k, axis);
      auto& columns = axes[static_cast<std::size_t>(axis)];
      columns[0].push_back(found.value);
      columns[1].push_back(found.low);
      columns[2].push_back(found.high);
    }
    values.push_back(figures.values[g].value);
    lows.push_back(figures.values[g].low);
    highs.push_back(figures.values[g].high);
    shares.push_back(all > 0 ? figures.values[g].value / all : none);
    bases.push_back(figures.values[g].base);
    std::vector<std::string> out, unknown;
    bool few = false;
    for (std::size_t c = 0; c < targeting.criteria.size(); ++c) {
      const auto& criterion = targeting.criteria[c];
      const auto& figure = figures.criteria[c * k + g];
      const std::string_view word = passes(criterion, figure);
      if (word == "no") out.push_back(failure_of(criterion, codebook, figure.value));
      if (word == "not known") unknown.push_back(text_of(criterion, codebook));
      few |= criterion.figure != TargetFigure::customers && figure.base >= 0 && figure.base < least_base;
    }
    verdicts.emplace_back(!out.empty()       ? "knocked out"
                          : few              ? "too few to tell"
                          : !unknown.empty() ? "not known"
                                             : "stays in");
    reasons.push_back(fmt::format("{}", fmt::join(out.empty() ? unknown : out, "; ")));
  }
  results::TidyTable table;
  table.add("segment", segments.names);
  table.add("segment_id", std::vector<std::int64_t>(segments.ids.begin(), segments.ids.end()));
  const std::pair<const char*, std::vector<double>*> columns[] = {{"attractiveness", &axes[0][0]},
                                                                  {"attractiveness_low", &axes[0][1]},
                                                                  {"attractiveness_high", &axes[0][2]},
                                                                  {"strength", &axes[1][0]},
                                                                  {"strength_low", &axes[1][1]},
                                                                  {"strength_high", &axes[1][2]},
                                                                  {"value", &values},
                                                                  {"value_low", &lows},
                                                                  {"value_high", &highs},
                                                                  {"value_share", &shares}};
  for (const auto& [name, cells] : columns) table.add(name, std::move(*cells));
  table.add("value_of", std::vector<std::string>(
                            k, targeting.value.empty() ? "customers" : codebook.label(targeting.value)));
  table.add("base", std::move(bases));
  table.add("verdict", std::move(verdicts));
  table.add("because", std::move(reasons));
  return table;
}

std::string summarise_targets(const results::TidyTable& targets) {
  const auto& verdicts = targets.column<std::string>("verdict");
  const auto& attractive = targets.column<double>("attractiveness");
  const auto& strong = targets.column<double>("strength");
  const auto& shares = targets.column<double>("value_share");
  const auto& bases = targets.column<std::int64_t>("base");
  std::vector<std::size_t> rows(verdicts.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const auto worth = [&](std::size_t row) { return std::isnan(attractive[row]) ? -1 : attractive[row]; };
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    const bool in_a = verdicts[a] == "stays in", in_b = verdicts[b] == "stays in";
    return in_a != in_b ? in_a : worth(a) > worth(b);
  });
  const auto shown = [](double part) {
    return std::isnan(part) ? std::string("-") : fmt::format("{:.0f}", 100 * part);
  };
  auto text = fmt::format("\nWhich segments to go for (0 to 100)\n{:>7}  {:>14}  {:>8}  {:>12}  {:>9}  {}\n",
                          "segment", "attractiveness", "strength", "% of value", "base", "name");
  constexpr std::size_t most = 20;
  for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) {
    const auto row = rows[i];
    const auto& because = targets.column<std::string>("because")[row];
    text += fmt::format(
        "{:>7}  {:>14}  {:>8}  {:>12}  {:>9}  {}{}\n", targets.column<std::int64_t>("segment_id")[row],
        shown(attractive[row]), shown(strong[row]), shown(shares[row]), bases[row],
        core::printable(targets.column<std::string>("segment")[row]),
        verdicts[row] == "stays in" ? std::string()
                                    : fmt::format(": {} ({})", verdicts[row], core::printable(because)));
  }
  if (rows.size() > most) text += fmt::format("and {} more\n", rows.size() - most);
  return text;
}

}  // namespace psychograph::playbook
