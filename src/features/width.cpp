#include "features/width.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace psychograph::features {
namespace {

std::int64_t likely_columns(const io::Table& table, const Feature& feature) {
  constexpr std::int64_t likely_levels = 8;
  if (!feature.clustered) return 0;
  if (!feature.leveled || feature.kind != spec::Kind::categorical) return 1;
  std::set<std::string> names;
  for (const auto& levels : table.columns[*table.find(feature.columns.front())].levels)
    names.insert(levels.names.begin(), levels.names.end());
  return names.empty() ? likely_levels : static_cast<std::int64_t>(names.size());
}

}  // namespace

std::int64_t least_encoded_columns(const std::vector<Feature>& features) {
  return std::count_if(features.begin(), features.end(),
                       [](const auto& feature) { return feature.clustered; });
}

std::int64_t likely_encoded_columns(const io::Table& table, const std::vector<Feature>& features) {
  std::int64_t columns = 0;
  for (const auto& feature : features) columns += likely_columns(table, feature);
  return columns;
}

}  // namespace psychograph::features
