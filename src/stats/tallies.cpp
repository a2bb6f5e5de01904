#include "stats/tallies.hpp"

namespace psychograph::stats {

Moments moments_of(std::span<const Tally> tallies) {
  std::int64_t count = 0;
  for (const auto& tally : tallies) count += tally.count;
  MomentSums sums(count, tallies.front().value, tallies.back().value);
  for (const auto& tally : tallies) sums.add_value(tally.value, tally.count);
  sums.find_mean();
  for (const auto& tally : tallies) sums.add_deviation(tally.value, tally.count);
  return sums.find();
}

TalliedPlaces at_places(std::span<const Tally> tallies, std::span<const std::int64_t> places) {
  TalliedPlaces found;
  auto tally = tallies.begin();
  auto seen = tallies.empty() ? 0 : tally->count;
  for (const auto place : places) {
    while (seen <= place) seen += (++tally)->count;
    found.values.push_back(tally->value);
    found.at_or_below.push_back(seen);
  }
  return found;
}

}  // namespace psychograph::stats
