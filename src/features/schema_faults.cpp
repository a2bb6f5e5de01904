#include "features/schema_faults.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>

#include <fmt/format.h>

#include "core/feature_matrix.hpp"
#include "features/encodable.hpp"
#include "features/levels.hpp"

namespace psychograph::features {
namespace {

/// Enumerators come from the file as numbers.
template <class Enum>
bool is_known(Enum value, Enum last) {
  return value >= Enum{} && value <= last;
}

std::string fault_of_kind(const Feature& f) {
  if (!is_known(f.facet, spec::Facet::psychographic)) return "its facet is not known";
  if (!is_known(f.kind, spec::Kind::binary)) return "its kind is not known";
  if (!is_known(f.row, spec::Row::standardize)) return "its row option is not known";
  if (f.row != spec::Row::none &&
      (f.construct || f.kind == spec::Kind::binary || f.transform != spec::Transform::none))
    return fmt::format("it is told against a customer's others, and is {}", f.construct ? "a construct"
                                                                            : f.kind == spec::Kind::binary
                                                                                ? "binary"
                                                                                : "transformed");
  constexpr std::int64_t ten_thousand_years = 315'569'520'000'000'000;  // in microseconds
  if (f.since && (f.leveled || f.composite() || f.since->microseconds > ten_thousand_years ||
                  f.since->microseconds < -ten_thousand_years))
    return "it is told since a date that there can't be";
  if (!is_known(f.transform, spec::Transform::sqrt)) return "its transform is not known";
  if (!is_known(f.scale, spec::Scale::robust)) return "its scale is not known";
  if (!is_known(f.missing, spec::Missing::error)) return "its rule for missing cells is not known";
  const bool categorical = f.kind == spec::Kind::categorical;
  if (categorical && !f.leveled) return "it is categorical, and has no levels";
  if (f.leveled && (f.composite() || !(categorical || f.kind == spec::Kind::binary)))
    return fmt::format("it has levels, and is {}", f.construct ? "a construct" : spec::to_string(f.kind));
  if (f.leveled && (f.transform != spec::Transform::none || f.scale != spec::Scale::none))
    return "it has levels, which have no transform and no scale";
  if (f.missing == spec::Missing::level && (f.clustered ? !categorical : !f.leveled))
    return "missing cells have a level, and it is not categorical";
  return {};
}

std::string fault_of_columns(const Feature& f) {
  if (f.columns.empty() || (!f.composite() && f.columns.size() != 1))
    return fmt::format("it has {} columns", f.columns.size());
  if ((f.construct || !f.reversed.empty()) && f.reversed.size() != f.columns.size())
    return fmt::format("it has {} items, and {} that may be reversed", f.columns.size(), f.reversed.size());
  if (f.row != spec::Row::none && std::find(f.columns.begin(), f.columns.end(), f.name) == f.columns.end())
    return "it is none of the columns that it is told against";
  const bool reversed = std::find(f.reversed.begin(), f.reversed.end(), true) != f.reversed.end();
  const bool range = std::isfinite(f.lowest) && std::isfinite(f.highest) && f.lowest < f.highest;
  if ((f.ranged && !range) || (reversed && !f.ranged))
    return fmt::format("its range is {} to {}", f.lowest, f.highest);
  if (!(std::isfinite(f.weight) && f.weight > 0)) return fmt::format("its weight is {}", f.weight);
  return {};
}

/// Of numbers; where nobody had one there are none.
std::string fault_of_statistics(const Statistics& s) {
  if (s.count == 0) return {};
  if (!(std::isfinite(s.mean) && std::isfinite(s.sd) && s.sd >= 0))
    return fmt::format("its mean is {}, and its deviation {}", s.mean, s.sd);
  if (!(std::isfinite(s.min) && std::isfinite(s.max) && s.min <= s.max))
    return fmt::format("its values are from {} to {}", s.min, s.max);
  const auto& q = s.quantiles;
  const bool within = q.front() >= s.min && q.back() <= s.max;
  const bool numbers = std::none_of(q.begin(), q.end(), [](double x) { return std::isnan(x); });
  if (!within || !numbers || !std::is_sorted(q.begin(), q.end()))
    return fmt::format("its quantiles are {}", fmt::join(q, ", "));
  const auto& n = s.at_or_below;
  if (n.front() < 0 || n.back() > s.count || !std::is_sorted(n.begin(), n.end()))
    return fmt::format("of {} cells, {} are at or below its quantiles", s.count, fmt::join(n, ", "));
  return {};
}

/// The counts of levels add up to the customers who had an answer, or to all where the others were filled.
std::string fault_of_counts(const FittedFeature& fitted) {
  const auto& s = fitted.statistics;
  std::int64_t left = s.count + s.missing;
  bool lacks = false;
  for (const auto& level : fitted.levels) {
    if (level.count < 0 || level.count > left)
      return fmt::format("level \"{}\" has {} customers, of {}", level.name, level.count,
                         s.count + s.missing);
    left -= level.count;
    lacks = lacks || level.missing;
  }
  const auto sum = s.count + s.missing - left;
  if (left != 0 && (lacks || left != s.missing))
    return fmt::format("its levels have {} customers, of {}", sum, s.count);
  if (lacks && fitted.levels.back().count != s.missing)
    return fmt::format("{} cells are missing, and {} at the level of these", s.missing,
                       fitted.levels.back().count);
  const auto filled = lacks ? 0 : sum - s.count;
  if (filled > 0 && fitted.levels[static_cast<std::size_t>(fitted.fill)].count < filled)
    return fmt::format("{} missing cells were filled with a level of fewer", filled);
  return {};
}

std::string fault_of_levels(const FittedFeature& fitted) {
  const auto& feature = fitted.feature;
  const auto& levels = fitted.levels;
  if (!feature.leveled)
    return levels.empty() ? "" : fmt::format("it has {} levels, and holds numbers", levels.size());
  std::set<std::string> names;
  std::size_t answers = 0;
  for (const auto& level : levels) {
    if (!names.insert(level.name).second) return fmt::format("it has the level \"{}\" twice", level.name);
    if (level.missing && &level != &levels.back())
      return fmt::format("its level \"{}\" is that of missing cells, and not the last", level.name);
    if (!level.missing) ++answers;
  }
  if (answers > most_levels) return fmt::format("it has {} levels", answers);
  if (answers < levels.size() && feature.missing != spec::Missing::level)
    return "it has a level of missing cells, which have none by its rule";
  if (feature.clustered && (levels.size() < 2 || (feature.kind == spec::Kind::binary && levels.size() > 2)))
    return fmt::format("it is {}, and has {} levels", spec::to_string(feature.kind), levels.size());
  const auto most = static_cast<double>(std::max<std::size_t>(1, answers));
  if (!(fitted.fill >= 0 && fitted.fill < most && fitted.fill == std::floor(fitted.fill)))
    return fmt::format("missing cells are filled with level {} of {}", fitted.fill, answers);
  return fault_of_counts(fitted);
}

/// Cells of all customers lie between the extremes and the fill, and can be encoded.
std::string fault_of_encoding(const FittedFeature& fitted, std::size_t first_column, double largest) {
  const auto& feature = fitted.feature;
  const auto& s = fitted.statistics;
  if (s.count == 0) return "nobody has a value";
  if (fitted.first_column != first_column)
    return fmt::format("its first column is {}, and not {}", fitted.first_column, first_column);
  if (!(std::isfinite(fitted.factor) && fitted.factor > 0 && std::isfinite(fitted.offset)))
    return fmt::format("it is scaled by {}, from {}", fitted.factor, fitted.offset);
  const auto& centres = fitted.centres;
  const bool near = std::all_of(centres.begin(), centres.end(), [](double c) { return std::isfinite(c); });
  if (centres.size() != fitted.width() || !near)
    return fmt::format("it has {} columns, whose centres are {}", fitted.width(), fmt::join(centres, ", "));
  if (feature.leveled) return {};
  const auto encodable = [&](double value) {
    const double encoded =
        (transformed(feature.transform, value) - fitted.offset) * fitted.factor - centres.front();
    return std::abs(encoded) <= largest;
  };
  if (!encodable(s.min) || !encodable(s.max))
    return fmt::format("its values, from {} to {}, can't be encoded", s.min, s.max);
  // A fill that nobody needed may be anything that the rule says, or too dear to be found out.
  const bool unknown = std::isnan(fitted.fill) && feature.missing == spec::Missing::mode;
  if (s.missing > 0 ? !encodable(fitted.fill) : !(std::isfinite(fitted.fill) || unknown))
    return fmt::format("missing cells are filled with {}", fitted.fill);
  return {};
}

}  // namespace

std::string find_fault(const Schema& schema) {
  const auto width = schema.width();
  if (width == 0) return "it has no features";
  if (!(std::isfinite(schema.length) && schema.length >= 0))
    return fmt::format("its rows are {} long", schema.length);
  std::set<std::string> names;
  std::size_t column = 0;
  bool described = false;
  for (const auto& fitted : schema.features) {
    const auto& feature = fitted.feature;
    const auto& s = fitted.statistics;
    const auto named = [&](const std::string& what) {
      return fmt::format("feature \"{}\": {}", feature.name, what);
    };
    if (!names.insert(feature.name).second) return named("it is there twice");
    if (feature.clustered && described) return named("it is clustered on, and stands behind one that is not");
    described = described || !feature.clustered;
    if (s.count < 0 || s.missing < 0 || s.missing > std::numeric_limits<std::int64_t>::max() - s.count)
      return named(fmt::format("{} cells are there, and {} missing", s.count, s.missing));
    auto fault = fault_of_kind(feature);
    if (fault.empty()) fault = fault_of_columns(feature);
    if (fault.empty()) fault = fault_of_levels(fitted);
    if (fault.empty() && !feature.leveled) fault = fault_of_statistics(s);
    if (fault.empty() && feature.clustered)
      fault = fault_of_encoding(fitted, column, core::largest_encoded(width));
    if (!fault.empty()) return named(fault);
    column += fitted.width();
  }
  return {};
}

}  // namespace psychograph::features
