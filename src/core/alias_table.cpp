#include "core/alias_table.hpp"

#include <algorithm>
#include <numeric>

namespace psychograph::core {

AliasTable::AliasTable(std::span<const double> weights) : places_(weights.size()) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<double> filled(weights.size());
  std::vector<std::int32_t> poor;
  std::vector<std::int32_t> rich;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    filled[i] = weights[i] / sum * static_cast<double>(weights.size());
    (filled[i] < 1 ? poor : rich).push_back(static_cast<std::int32_t>(i));
    places_[i].alias = static_cast<std::int32_t>(i);
  }
  while (!poor.empty() && !rich.empty()) {
    const auto low = static_cast<std::size_t>(poor.back());
    const auto high = static_cast<std::size_t>(rich.back());
    poor.pop_back();
    places_[low] = {static_cast<std::uint32_t>(std::min(filled[low] * 0x1p32, 0x1p32 - 1)), rich.back()};
    filled[high] -= 1 - filled[low];
    if (filled[high] >= 1) continue;
    poor.push_back(rich.back());
    rich.pop_back();
  }
}

}  // namespace psychograph::core
