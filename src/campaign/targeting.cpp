#include "campaign/targeting.hpp"

#include <cmath>

#include "stats/intervals.hpp"

namespace psychograph::campaign {
namespace {

/// The arm with the highest mean; none where nobody is in any.
template <class SampleOf>
std::optional<std::size_t> best_of(std::size_t arms, const SampleOf& sample) {
  std::optional<std::size_t> best;
  double highest = 0;
  for (std::size_t arm = 0; arm < arms; ++arm) {
    const Sample one = sample(arm);
    if (one.n == 0 || (best && !(one.mean > highest))) continue;
    best = arm;
    highest = one.mean;
  }
  return best;
}

std::optional<Choice> choose(const CellSums& sums, std::size_t half) {
  const auto& layout = sums.layout();
  const auto single = best_of(layout.arms, [&](std::size_t arm) { return sums.of_arm_in_half(half, arm); });
  if (!single) return std::nullopt;
  Choice choice{*single, {}};
  for (std::size_t group = 0; group < layout.groups; ++group)
    choice.by_group.push_back(
        best_of(layout.arms, [&](std::size_t arm) { return sums.of_half(half, group, arm); }));
  return choice;
}

/// Customers of a half in a group, or in all.
double customers(const CellSums& sums, std::size_t half, std::size_t first, std::size_t last) {
  std::int64_t count = 0;
  for (std::size_t group = first; group < last; ++group) {
    for (std::size_t arm = 0; arm < sums.layout().arms; ++arm) count += sums.of_half(half, group, arm).n;
  }
  return static_cast<double>(count);
}

struct Measured {
  double gain = 0;
  double variance = 0;
};

Measured measure(const CellSums& sums, const Choice& choice, std::size_t half) {
  Measured measured;
  const double all = customers(sums, half, 0, sums.layout().groups);
  for (std::size_t group = 0; group < sums.layout().groups; ++group) {
    const auto arm = choice.by_group[group];
    if (!arm || *arm == choice.single) continue;
    const auto own = sums.of_half(half, group, *arm);
    const auto single = sums.of_half(half, group, choice.single);
    if (own.n < 2 || single.n < 2) continue;
    const double share = customers(sums, half, group, group + 1) / all;
    measured.gain += share * (own.mean - single.mean);
    measured.variance += share * share * (own.of_mean() + single.of_mean());
  }
  return measured;
}

}  // namespace

TargetingGain targeting_gain(const CellSums& sums) {
  TargetingGain found;
  const auto even = choose(sums, 0);
  const auto odd = choose(sums, 1);
  if (!even || !odd) {
    found.gain = found.error = found.low = found.high = core::not_a_number;
    return found;
  }
  const auto on_odd = measure(sums, *even, 1);
  const auto on_even = measure(sums, *odd, 0);
  found.chosen = {*even, *odd};
  found.gain = (on_odd.gain + on_even.gain) / 2;
  found.error = std::sqrt(on_odd.variance + on_even.variance) / 2;
  found.low = found.gain - stats::z95 * found.error;
  found.high = found.gain + stats::z95 * found.error;
  return found;
}

}  // namespace psychograph::campaign
