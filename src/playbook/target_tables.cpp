#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/printable.hpp"
#include "playbook/targeting.hpp"
#include "results/row_columns.hpp"

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

/// Weighted over the criteria of the axis, of a segment's figures `own` [criteria]; none where a figure of it
/// is not known.
AxisScore score_of(const spec::Targeting& targeting, const std::vector<const Figure*>& own,
                   spec::TargetAxis axis) {
  AxisScore sum{0, 0, 0};
  double weights = 0;
  for (std::size_t c = 0; c < targeting.criteria.size(); ++c) {
    const auto& criterion = targeting.criteria[c];
    if (criterion.axis != axis || !criterion.from) continue;
    const auto& figure = *own[c];
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

/// One criterion in one segment.
struct Judged {
  const Criterion* criterion;
  const Figure* figure;
  std::size_t segment;
};

/// One segment.
struct Target {
  std::size_t segment;
  AxisScore attractiveness, strength;
  const Figure* value;
  double share;
  std::string verdict, because;
};

/// What the limits say of a segment, and why. `own` [criteria]: its figures.
void judge(const spec::Targeting& targeting, const std::vector<const Figure*>& own,
           const insight::Codebook& codebook, Target& target) {
  std::vector<std::string> out, unknown;
  bool few = false;
  for (std::size_t c = 0; c < own.size(); ++c) {
    const auto& criterion = targeting.criteria[c];
    const std::string_view word = passes(criterion, *own[c]);
    if (word == "no") out.push_back(failure_of(criterion, codebook, own[c]->value));
    if (word == "not known") unknown.push_back(text_of(criterion, codebook));
    few |= criterion.figure != TargetFigure::customers && own[c]->base >= 0 && own[c]->base < least_base;
  }
  target.verdict = !out.empty()       ? "knocked out"
                   : few              ? "too few to tell"
                   : !unknown.empty() ? "not known"
                                      : "stays in";
  target.because = fmt::format("{}", fmt::join(out.empty() ? unknown : out, "; "));
}

/// "x", "x_low", "x_high" of what `of` gives: an AxisScore or a Figure.
template <class Row, class Of>
void add_with_interval(results::RowColumns<Row>& columns, const std::string& name, Of of) {
  columns.add(name.c_str(), [&](const Row& row) { return of(row).value; });
  columns.add((name + "_low").c_str(), [&](const Row& row) { return of(row).low; });
  columns.add((name + "_high").c_str(), [&](const Row& row) { return of(row).high; });
}

}  // namespace

results::TidyTable criteria_table(const spec::Targeting& targeting, const TargetFigures& figures,
                                  const Segments& segments, const insight::Codebook& codebook) {
  std::vector<Judged> rows;
  for (std::size_t i = 0; i < figures.criteria.size(); ++i)
    rows.push_back(
        {&targeting.criteria[i / segments.ids.size()], &figures.criteria[i], i % segments.ids.size()});
  results::TidyTable table;
  results::RowColumns columns(std::span<const Judged>(rows), table);
  columns.add("axis", [](const Judged& r) { return to_string(r.criterion->axis); });
  columns.add("criterion", [&](const Judged& r) { return text_of(*r.criterion, codebook); });
  columns.add("feature", [](const Judged& r) { return r.criterion->feature; });
  columns.add("level", [](const Judged& r) { return r.criterion->level; });
  columns.add("figure", [](const Judged& r) { return to_string(r.criterion->figure); });
  columns.add("segment", [&](const Judged& r) { return segments.name(r.segment); });
  columns.add("segment_id", [&](const Judged& r) { return segments.id(r.segment); });
  columns.add("base", [](const Judged& r) { return r.figure->base; });
  add_with_interval(columns, "value", [](const Judged& r) { return *r.figure; });
  columns.add("from", [](const Judged& r) { return r.criterion->from.value_or(none); });
  columns.add("to", [](const Judged& r) { return r.criterion->to.value_or(none); });
  columns.add("at_least", [](const Judged& r) { return r.criterion->at_least.value_or(none); });
  columns.add("at_most", [](const Judged& r) { return r.criterion->at_most.value_or(none); });
  columns.add("score", [](const Judged& r) { return score(*r.criterion, r.figure->value); });
  columns.add("weight", [](const Judged& r) { return r.criterion->from ? r.criterion->weight : none; });
  columns.add("passes", [](const Judged& r) { return passes(*r.criterion, *r.figure); });
  columns.add("beyond_doubt", [](const Judged& r) { return beyond_doubt(*r.criterion, *r.figure); });
  return table;
}

results::TidyTable target_table(const spec::Targeting& targeting, const TargetFigures& figures,
                                const Segments& segments, const insight::Codebook& codebook) {
  double all = 0;  // not known where a part is not
  for (const auto& value : figures.values) all += value.value;
  std::vector<Target> rows;
  for (std::size_t g = 0; g < segments.ids.size(); ++g) {
    std::vector<const Figure*> own;
    for (std::size_t c = 0; c < targeting.criteria.size(); ++c)
      own.push_back(&figures.criteria[c * segments.ids.size() + g]);
    const auto& value = figures.values[g];
    rows.push_back({g,
                    score_of(targeting, own, spec::TargetAxis::attractiveness),
                    score_of(targeting, own, spec::TargetAxis::strength),
                    &value,
                    all > 0 ? value.value / all : none,
                    {},
                    {}});
    judge(targeting, own, codebook, rows.back());
  }
  const auto value_of = targeting.value.empty() ? "customers" : codebook.label(targeting.value);
  results::TidyTable table;
  results::RowColumns columns(std::span<const Target>(rows), table);
  columns.add("segment", [&](const Target& r) { return segments.name(r.segment); });
  columns.add("segment_id", [&](const Target& r) { return segments.id(r.segment); });
  add_with_interval(columns, "attractiveness", [](const Target& r) { return r.attractiveness; });
  add_with_interval(columns, "strength", [](const Target& r) { return r.strength; });
  add_with_interval(columns, "value", [](const Target& r) { return *r.value; });
  columns.add("value_share", &Target::share);
  columns.add("value_of", [&](const Target&) -> const std::string& { return value_of; });
  columns.add("base", [](const Target& r) { return r.value->base; });
  columns.add("verdict", &Target::verdict);
  columns.add("because", &Target::because);
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
