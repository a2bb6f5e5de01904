#include "features/glob_notices.hpp"

#include <fmt/format.h>

namespace psychograph::features {

std::vector<std::string> glob_notices(const io::Table& table, const spec::Spec& spec) {
  std::vector<std::string> notices;
  const auto look = [&](const std::vector<std::string>& patterns, const std::string& key) {
    for (const auto& pattern : patterns) {
      if (!io::is_glob(pattern) || table.find(pattern) || pattern.find('\\') != std::string::npos) continue;
      const auto near = io::likely_name(table, pattern);
      if (near.empty()) continue;
      notices.push_back(
          fmt::format("{}: no column is called \"{}\", so it is taken for a glob; did you mean \"{}\"?", key,
                      pattern, near));
    }
  };
  for (std::size_t b = 0; b < spec.features.size(); ++b)
    look(spec.features[b].columns, fmt::format("features.{}.columns", b));
  look(spec.describe_only, spec.describe_only_key);
  return notices;
}

}  // namespace psychograph::features
