// Exact statistics of one column, without another rank.
#include <cmath>
#include <vector>

#include <benchmark/benchmark.h>
#include <random>

#include "features/schema.hpp"
#include "features/statistics.hpp"
#include "samples.hpp"

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

void statistics_moments(benchmark::State& state) {
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  const auto column = random_column();
  for (auto _ : state) benchmark::DoNotOptimize(features::moments(alone, column));
  count_values(state, column.size());
}
BENCHMARK(statistics_moments)->Unit(benchmark::kMillisecond);

/// The seven quantiles of every numeric feature. They reorder the column, so each round has a fresh copy.
void statistics_quantiles(benchmark::State& state) {
  const comm::Communicator alone(MPI_COMM_SELF, boost::mpi::comm_attach);
  const auto column = random_column();
  std::vector<double> copy;
  for (auto _ : state) {
    state.PauseTiming();
    copy = column;
    state.ResumeTiming();
    benchmark::DoNotOptimize(features::quantiles(alone, copy, features::quantile_levels));
  }
  count_values(state, column.size());
}
BENCHMARK(statistics_quantiles)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace psychograph::bench
