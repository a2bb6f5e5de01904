#include "features/notices.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace psychograph::features {
namespace {

/// Columns that the patterns match and `resolve` has passed over.
void tell_left_out(const io::Table& table, const std::vector<std::string>& patterns,
                   std::set<std::string>& told, std::vector<std::string>& texts) {
  for (const auto& pattern : patterns) {
    if (table.find(pattern)) continue;  // a name wins
    for (const auto& column : table.columns) {
      const bool left_out = !column.globbed && !column.unreadable.empty();
      if (!left_out || !io::matches_glob(pattern, column.name) || !told.insert(column.name).second) continue;
      texts.push_back(fmt::format("{}: \"{}\" leaves out \"{}\", which {}", io::files_name(table), pattern,
                                  column.name, column.unreadable));
    }
  }
}

}  // namespace

std::vector<std::string> notices(const io::Table& table, const spec::Spec& spec,
                                 const std::vector<Feature>& features) {
  std::vector<std::string> texts;
  std::set<std::string> told;
  for (const auto& block : spec.features) tell_left_out(table, block.columns, told, texts);
  tell_left_out(table, spec.describe_only, told, texts);
  std::vector<std::size_t> used;
  for (const auto& feature : features) {
    if (!feature.rolled_up.empty()) texts.push_back(feature.rolled_up);
    for (const auto& name : feature.columns) used.push_back(*table.find(name));
  }
  for (const auto& feature : features) {
    const auto& column = table.columns[*table.find(feature.columns.front())];
    if (!feature.clustered || feature.since || feature.leveled || column.times.empty()) continue;
    texts.push_back(fmt::format(
        "{}: column \"{}\" holds times, and is taken for the numbers that it is stored as: since = "
        "\"2020-01-01\" in its block makes them days since then (unit = \"years\": years)",
        io::files_name(table), column.name));
  }
  for (auto& notice : io::reading_notices(table, used)) texts.push_back(std::move(notice));
  return texts;
}

std::vector<std::string> notices(const io::Table& table, const Schema& schema) {
  std::vector<std::string> texts;
  for (const auto& fitted : schema.features) {
    if (!fitted.notice.empty()) texts.push_back(fitted.notice);
    const auto odd = std::find_if(fitted.levels.begin(), fitted.levels.end(),
                                  [](const Level& level) { return level.recoded; });
    if (odd == fitted.levels.end()) continue;
    texts.push_back(
        fmt::format("{}: column \"{}\" has \"{}\", which is not UTF-8 there, or has a zero byte in it: it "
                    "was read as Latin-1",
                    io::files_name(table), fitted.feature.name, odd->name));
  }
  return texts;
}

}  // namespace psychograph::features
