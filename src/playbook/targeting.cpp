#include "playbook/targeting.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "core/printable.hpp"
#include "spec/suggest.hpp"

namespace psychograph::playbook {
namespace {

using spec::Criterion;
using spec::TargetFigure;

constexpr std::array<const char*, 3> columns_of(TargetFigure figure) {
  switch (figure) {
    case TargetFigure::mean:
      return {"mean", "mean_low", "mean_high"};
    case TargetFigure::share:
      return {"share", "share_low", "share_high"};
    case TargetFigure::index:
      return {"index", "index_low", "index_high"};
    case TargetFigure::difference:
      return {"standardised_difference", "difference_low", "difference_high"};
    case TargetFigure::customers:
      break;
  }
  return {};
}

/// The profile by what its rows are of.
class ProfileRows {
 public:
  ProfileRows(const results::TidyTable& profile, std::string source)
      : profile_(profile), source_(std::move(source)) {
    require_columns();
    const auto& features = profile.column<std::string>("feature");
    const auto& levels = profile.column<std::string>("level");
    const auto& labels = profile.column<std::string>("level_label");
    const auto& ids = profile.column<std::int64_t>("segment_id");
    for (std::size_t row = 0; row < features.size(); ++row) {
      auto& rows = by_[features[row]];
      rows[{levels[row], ids[row]}] = row;
      if (!labels[row].empty()) rows.try_emplace({labels[row], ids[row]}, row);
    }
  }

  /// In every segment. Throws a usage error where there are no such rows.
  [[nodiscard]] std::vector<std::size_t> of(const std::string& feature, const std::string& level,
                                            const Segments& segments) const {
    const auto found = by_.find(feature);
    if (found == by_.end()) {
      std::vector<std::string> names;
      for (const auto& [name, rows] : by_) names.push_back(name);
      fail(fmt::format("has no feature \"{}\"", feature), feature, names);
    }
    std::vector<std::size_t> rows;
    for (const auto id : segments.ids) {
      const auto row = found->second.find({level, id});
      if (row == found->second.end()) fail_level(feature, level, found->second);
      rows.push_back(row->second);
    }
    return rows;
  }

  [[nodiscard]] double number(const char* column, std::size_t row) const {
    return profile_.column<double>(column)[row];
  }
  [[nodiscard]] std::int64_t count(const char* column, std::size_t row) const {
    return profile_.column<std::int64_t>(column)[row];
  }

 private:
  using Rows = std::map<std::pair<std::string, std::int64_t>, std::size_t>;

  void require_columns() const {
    bool there = profile_.has<std::int64_t>("segment_id") && profile_.has<std::int64_t>("base");
    for (const char* name : {"feature", "level", "level_label"}) there &= profile_.has<std::string>(name);
    for (const char* name :
         {"mean", "mean_low", "mean_high", "share", "share_low", "share_high", "index", "index_low",
          "index_high", "standardised_difference", "difference_low", "difference_high"})
      there &= profile_.has<double>(name);
    if (!there)
      throw core::data_error(fmt::format("{}: /profile is damaged, or of an earlier version", source_));
  }
  [[noreturn]] void fail(const std::string& what, const std::string& word,
                         const std::vector<std::string>& candidates) const {
    const auto near = spec::nearest(word, candidates);
    throw core::usage_error(fmt::format("[targeting]: the profile of {} {}{}", source_, what,
                                        near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
  }
  [[noreturn]] void fail_level(const std::string& feature, const std::string& level, const Rows& rows) const {
    std::vector<std::string> levels;
    for (const auto& [key, row] : rows) {
      if (!key.first.empty() && std::find(levels.begin(), levels.end(), key.first) == levels.end())
        levels.push_back(key.first);
    }
    if (level.empty())
      fail(fmt::format("has no numbers of \"{}\": name a level, one of {}", feature, fmt::join(levels, ", ")),
           "", {});
    fail(fmt::format("has no level \"{}\" of \"{}\"", level, feature), level, levels);
  }

  const results::TidyTable& profile_;
  std::string source_;
  std::map<std::string, Rows> by_;
};

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

/// Without doubt; `results::no_count` is withheld.
Figure counted(std::int64_t customers) {
  if (customers == results::no_count) return {};
  const auto value = static_cast<double>(customers);
  return {value, value, value, customers};
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

TargetFigures look_up(const spec::Targeting& targeting, const results::TidyTable& profile,
                      const Segments& segments, const std::vector<std::int64_t>& sizes,
                      const std::string& source) {
  const ProfileRows rows(profile, source);
  TargetFigures found;
  for (const auto& criterion : targeting.criteria) {
    if (criterion.figure == TargetFigure::customers) {
      for (const auto size : sizes) found.criteria.push_back(counted(size));
      continue;
    }
    const auto columns = columns_of(criterion.figure);
    for (const auto row : rows.of(criterion.feature, criterion.level, segments))
      found.criteria.push_back({rows.number(columns[0], row), rows.number(columns[1], row),
                                rows.number(columns[2], row), rows.count("base", row)});
  }
  if (targeting.value.empty()) {
    for (const auto size : sizes) found.values.push_back(counted(size));
    return found;
  }
  for (const auto row : rows.of(targeting.value, "", segments)) {
    const auto base = rows.count("base", row);
    const auto customers = static_cast<double>(base);
    if (base == 0) {  // nobody is worth nothing
      found.values.push_back({0, 0, 0, 0});
      continue;
    }
    found.values.push_back({customers * rows.number("mean", row), customers * rows.number("mean_low", row),
                            customers * rows.number("mean_high", row), base});
  }
  return found;
}

double score(const Criterion& criterion, double figure) {
  if (!criterion.from || std::isnan(figure)) return none;
  return std::clamp((figure - *criterion.from) / (*criterion.to - *criterion.from), 0.0, 1.0);
}

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
