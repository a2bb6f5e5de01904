#include "quarters/carry_over.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"

namespace psychograph::quarters {

void require_same_features(const features::Schema& earlier, const std::vector<features::Feature>& features,
                           const std::string& path) {
  std::vector<std::string> gone;
  std::vector<std::string> added;
  for (const auto& fitted : earlier.features) {
    const auto& before = fitted.feature;
    if (!before.clustered) continue;
    const auto now = std::find_if(features.begin(), features.end(),
                                  [&](const auto& f) { return f.clustered && f.name == before.name; });
    if (now == features.end()) {
      gone.push_back(before.name);
    } else if (now->leveled != before.leveled) {
      throw core::data_error(
          fmt::format("{}: feature \"{}\" was {}, and is {} now: segments can only be followed "
                      "from quarter to quarter on the same features",
                      path, before.name, before.leveled ? "a category" : "a number",
                      now->leveled ? "a category" : "a number"));
    } else if (now->row != before.row || (now->row != spec::Row::none && now->columns != before.columns)) {
      throw core::data_error(
          fmt::format("{}: feature \"{}\" was told with row = \"{}\" against {} columns, and is with row = "
                      "\"{}\" against {} "
                      "now: segments can only be followed from quarter to quarter on the same features",
                      path, before.name, spec::to_string(before.row), before.columns.size(),
                      spec::to_string(now->row), now->columns.size()));
    }
  }
  for (const auto& feature : features) {
    const bool known = std::any_of(earlier.features.begin(), earlier.features.end(), [&](const auto& fitted) {
      return fitted.feature.clustered && fitted.feature.name == feature.name;
    });
    if (feature.clustered && !known) added.push_back(feature.name);
  }
  if (gone.empty() && added.empty()) return;
  std::vector<std::string> parts;
  if (!gone.empty()) parts.push_back(fmt::format("gone: {}", fmt::join(gone, ", ")));
  if (!added.empty()) parts.push_back(fmt::format("new: {}", fmt::join(added, ", ")));
  throw core::data_error(fmt::format(
      "{}: made of other features ({}): segments can only be followed from quarter to quarter on the "
      "same ones; for others there is segment",
      path, fmt::join(parts, "; ")));
}

core::Centroids carry_over(const core::Centroids& centroids, const features::Schema& from,
                           const features::Schema& to) {
  const auto names = from.encoded_names();
  const auto wanted = to.encoded_names();
  core::Centroids result(centroids.k(), wanted.size());
  for (std::size_t c = 0; c < centroids.k(); ++c) {
    const auto values = from.to_user_units(centroids.row(c));
    std::vector<double> arranged;
    std::map<std::string_view, std::ptrdiff_t> seen;  // two columns may have one name: each has its turn
    for (const auto& name : wanted) {
      auto place = std::find(names.begin(), names.end(), name);
      for (auto turn = seen[name]++; turn > 0 && place != names.end(); --turn)
        place = std::find(place + 1, names.end(), name);
      arranged.push_back(place == names.end() ? 0.0
                                              : values[static_cast<std::size_t>(place - names.begin())]);
    }
    const auto centred = to.to_centred(arranged.data());
    std::copy(centred.begin(), centred.end(), result.row(c));
  }
  return result;
}

}  // namespace psychograph::quarters
