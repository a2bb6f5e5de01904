#include "evaluate/stability.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "cluster/restarts.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/random.hpp"
#include "core/stopwatch.hpp"
#include "evaluate/measures.hpp"
#include "evaluate/overlap.hpp"
#include "evaluate/samples.hpp"
#include "kernel/subset.hpp"

namespace psychograph::evaluate {
namespace {

/// A fit of its own to each sample, from starts that no other has.
cluster::Model fit_sample(const comm::Communicator& world, kernel::Subset& sample, spec::Cluster options,
                          std::uint32_t number) {
  options.seed = core::random_bits(options.seed, core::Purpose::bootstrap, number, ~std::uint64_t{0}).first;
  return cluster::fit_afresh({world, sample.data(), sample.matrix(), options}).model;
}

struct Mean {
  double mean = 0;
  stats::Interval interval;
};

Mean mean_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  double square = 0;
  for (const double value : values) square += (value - mean) * (value - mean);
  const auto found = stats::mean_interval(mean, std::sqrt(square / (n - 1)), n);
  return {mean, {std::max(-1.0, found.low), std::min(1.0, found.high)}};
}

/// Of the segments of one half, the least share of pairs that the other half's fit puts together.
double least_kept(const Overlap& found) {
  double least = 1;
  for (std::size_t r = 0; r + 1 < found.rows; ++r) {
    const auto n = static_cast<double>(found.row_sum(r));
    if (n < 2) continue;
    double together = 0;
    for (std::size_t c = 0; c < found.columns; ++c) {
      const auto part = static_cast<double>(found.at(r, c));
      together += part * (part - 1);
    }
    least = std::min(least, together / (n * (n - 1)));
  }
  return least;
}

}  // namespace

Stability measure_stability(const comm::Communicator& world, const kernel::Data& data,
                            const spec::Cluster& options, std::span<const std::int32_t> places,
                            std::int64_t pairs, std::uint64_t seed) {
  const auto k = static_cast<std::size_t>(options.k);
  Stability found;
  found.jaccard.assign(k, 0.0);
  const auto everybody = [&](const std::vector<double>& weights, std::uint32_t number) {
    kernel::Subset sample(world, data, weights);
    const core::Stopwatch watch;
    const auto model = fit_sample(world, sample, options, number);
    found.seconds_fitting += watch.seconds();
    return comm::run_on_all_ranks(world, [&] { return places_in(data, model); });
  };
  for (std::int64_t pair = 0; pair < pairs; ++pair) {
    const auto first = static_cast<std::uint32_t>(3 * pair);
    auto weights = comm::run_on_all_ranks(world, [&] { return bootstrap_weights(data, seed, first); });
    const auto one = everybody(weights, first);
    for (std::size_t row = 0; row < weights.size(); ++row) {
      if (weights[row] > 0) weights[row] = data.weight(row);
    }
    const auto once = everybody(weights, first + 2);
    weights = comm::run_on_all_ranks(world, [&] { return bootstrap_weights(data, seed, first + 1); });
    const auto other = everybody(weights, first + 1);
    const auto shared = overlap(world, one, k, other, k);
    found.agreement.push_back(agreement(shared.counts, shared.rows).adjusted_rand);
    const auto kept = overlap(world, places, k, once, k);
    for (std::size_t c = 0; c < k; ++c) found.jaccard[c] += kept.best(c).jaccard;
  }
  for (double& one : found.jaccard) one /= static_cast<double>(pairs);
  const auto told = mean_of(found.agreement);
  found.mean = told.mean;
  found.interval = told.interval;
  return found;
}

PredictionStrength measure_prediction_strength(const comm::Communicator& world, const kernel::Data& data,
                                               const spec::Cluster& options, std::int64_t splits,
                                               std::uint64_t seed) {
  const auto k = static_cast<std::size_t>(options.k);
  std::vector<double> strengths;
  double seconds = 0;
  for (std::int64_t split = 0; split < splits; ++split) {
    const auto number = static_cast<std::uint32_t>(split);
    const auto halves = comm::run_on_all_ranks(
        world, [&] { return halves_of(data, seed, core::Purpose::prediction_half, number); });
    kernel::Subset first(world, data, halves, 0);
    kernel::Subset second(world, data, halves, 1);
    const core::Stopwatch watch;
    const auto by_first = fit_sample(world, first, options, 2 * number);
    const auto by_second = fit_sample(world, second, options, 2 * number + 1);
    seconds += watch.seconds();
    const auto strength = [&](const kernel::Data& half, const cluster::Model& own,
                              const cluster::Model& other) {
      return least_kept(overlap(world, places_in(half, own), k, places_in(half, other), k));
    };
    strengths.push_back(
        (strength(first.data(), by_first, by_second) + strength(second.data(), by_second, by_first)) / 2);
  }
  const auto told = mean_of(strengths);
  return {told.mean, told.interval, seconds};
}

}  // namespace psychograph::evaluate
