#include "playbook/targeting.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
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

/// Without doubt; `results::no_count` is withheld.
Figure counted(std::int64_t customers) {
  if (customers == results::no_count) return {};
  const auto value = static_cast<double>(customers);
  return {value, value, value, customers};
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

}  // namespace psychograph::playbook
