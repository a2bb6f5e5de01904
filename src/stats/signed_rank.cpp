#include "stats/signed_rank.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace psychograph::stats {

std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t first = 0; first < order.size();) {
    auto last = first + 1;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    const double mean = static_cast<double>(first + 1 + last) / 2;
    for (; first < last; ++first) result[order[first]] = mean;
  }
  return result;
}

double signed_rank_p(std::span<const double> differences) {
  std::vector<double> sizes;
  std::vector<bool> positive;
  for (const double difference : differences) {
    if (difference == 0) continue;
    sizes.push_back(std::abs(difference));
    positive.push_back(difference > 0);
  }
  if (sizes.empty()) return 1;
  // Twice a rank is a whole number. chance[s]: of positive ones' doubled ranks adding up to s.
  const auto of = ranks(sizes);
  std::vector<double> chance{1};
  std::size_t sum = 0;
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto doubled = static_cast<std::size_t>(std::lround(2 * of[i]));
    if (positive[i]) sum += doubled;
    chance.resize(chance.size() + doubled, 0.0);
    for (auto s = chance.size(); s-- > 0;)
      chance[s] = (chance[s] + (s >= doubled ? chance[s - doubled] : 0.0)) / 2;
  }
  const auto tail = std::min(sum, chance.size() - 1 - sum);
  const double below =
      std::accumulate(chance.begin(), chance.begin() + static_cast<std::ptrdiff_t>(tail) + 1, 0.0);
  return std::min(1.0, 2 * below);
}

}  // namespace psychograph::stats
