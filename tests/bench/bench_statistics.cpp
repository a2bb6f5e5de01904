// Exact statistics of one column, without another rank.
#include <algorithm>
#include <span>
#include <vector>

#include <benchmark/benchmark.h>
#include <random>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "samples.hpp"
#include "stats/column_loops.hpp"
#include "stats/moments.hpp"
#include "stats/order_statistics.hpp"

namespace psychograph::bench {
namespace {

std::vector<double> random_column() {
  std::mt19937 random(1);
  std::lognormal_distribution<double> skewed(3.0, 1.0);
  std::vector<double> column(rows());
  for (auto& value : column) value = skewed(random);
  return column;
}

void count_values(benchmark::State& state, std::size_t values) {
  const auto all = state.iterations() * static_cast<std::int64_t>(values);
  state.SetItemsProcessed(all);
  state.SetBytesProcessed(all * static_cast<std::int64_t>(sizeof(double)));
}

/// Both looks. Precondition: no value is NaN.
void statistics_moments(benchmark::State& state) {
  const auto column = random_column();
  for (auto _ : state) {
    stats::Extremes ends;
    stats::find_extremes(column, ends);
    stats::MomentSums sums(static_cast<std::int64_t>(column.size()), ends.lowest, ends.highest);
    sums.add_values(column);
    sums.find_mean();
    sums.add_deviations(column);
    benchmark::DoNotOptimize(sums.find());
  }
  count_values(state, column.size());
}
BENCHMARK(statistics_moments)->Unit(benchmark::kMillisecond);

/// The seven quantiles of every numeric feature, both looks; the extremes are known.
void statistics_quantiles(benchmark::State& state) {
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  const auto column = random_column();
  const auto count = static_cast<std::int64_t>(column.size());
  const auto [lowest, highest] = std::minmax_element(column.begin(), column.end());
  for (auto _ : state) {
    stats::OrderStatistics order(*lowest, *highest, stats::quantile_places(count, features::quantile_levels));
    order.count(column);
    order.choose();
    order.keep(column);
    const auto found = stats::OrderStatistics::find(alone, std::span(&order, 1));
    benchmark::DoNotOptimize(stats::quantiles_from(found.front(), count, features::quantile_levels));
  }
  count_values(state, column.size());
}
BENCHMARK(statistics_quantiles)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace psychograph::bench
