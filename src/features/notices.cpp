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
    for (const auto& column : table.columns) {
      const bool left_out = !column.globbed && !column.unreadable.empty() && pattern != column.name;
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
  for (const auto& feature : features) {
    for (const auto& name : feature.columns) {
      const auto& column = table.columns[*table.find(name)];
      if (!column.note.empty())
        texts.push_back(fmt::format("{}: column \"{}\" {}", io::files_name(table), name, column.note));
    }
  }
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
