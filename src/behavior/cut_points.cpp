#include "behavior/cut_points.hpp"

#include <algorithm>
#include <limits>

#include "comm/all_reduce.hpp"

namespace psychograph::behavior {
namespace {

/// The values at places (from 0) in the order of all: each is narrowed down from both sides, all together.
std::vector<std::int64_t> values_at(const comm::Communicator& world, const std::vector<std::int64_t>& sorted,
                                    const std::vector<std::int64_t>& places) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  const auto lowest = comm::min_over_ranks(world, sorted.empty() ? most : sorted.front());
  const auto highest = comm::max_over_ranks(world, sorted.empty() ? -most : sorted.back());
  std::vector<std::int64_t> low(places.size(), lowest);
  std::vector<std::int64_t> high(places.size(), highest);
  while (low != high) {
    std::vector<std::int64_t> middles;
    std::vector<std::int64_t> counts;
    for (std::size_t i = 0; i < places.size(); ++i) {
      const auto distance = static_cast<std::uint64_t>(high[i]) - static_cast<std::uint64_t>(low[i]);
      middles.push_back(low[i] + static_cast<std::int64_t>(distance / 2));
      counts.push_back(std::upper_bound(sorted.begin(), sorted.end(), middles[i]) - sorted.begin());
    }
    comm::sum_over_ranks(world, counts);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (counts[i] > places[i]) {
        high[i] = middles[i];
      } else {
        low[i] = std::min(middles[i] + 1, high[i]);
      }
    }
  }
  return low;
}

}  // namespace

double CutPoints::value(std::size_t i) const {
  const auto& cut = cuts[i];
  return static_cast<double>(cut.lower) +
         static_cast<double>(cut.upper - cut.lower) * static_cast<double>(cut.rest) / static_cast<double>(n);
}

std::int64_t CutPoints::score(std::int64_t value) const {
  __extension__ using Wide = __int128;
  std::int64_t score = 1;
  for (const auto& cut : cuts) {
    const auto above = (static_cast<Wide>(value) - cut.lower) * n;
    if (above > (static_cast<Wide>(cut.upper) - cut.lower) * cut.rest) ++score;
  }
  return score;
}

CutPoints find_cut_points(const comm::Communicator& world, std::vector<std::int64_t>& values,
                          std::int64_t n) {
  std::sort(values.begin(), values.end());
  CutPoints points{n, {}};
  const auto count = comm::sum_over_ranks(world, static_cast<std::int64_t>(values.size()));
  if (count == 0) return points;
  std::vector<std::int64_t> places;
  for (std::int64_t j = 1; j < n; ++j) {
    const auto place = (count - 1) * j / n;
    places.push_back(place);
    places.push_back(std::min(place + 1, count - 1));
  }
  const auto found = values_at(world, values, places);
  for (std::int64_t j = 1; j < n; ++j) {
    const auto at = static_cast<std::size_t>(2 * (j - 1));
    points.cuts.push_back({found[at], found[at + 1], (count - 1) * j % n});
  }
  return points;
}

}  // namespace psychograph::behavior
