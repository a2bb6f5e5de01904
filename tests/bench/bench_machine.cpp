// The machine's limits, on one core and on all: multiply-adds in registers, and reading memory in order.
#include <thread>

#include <benchmark/benchmark.h>

#include "limits.hpp"

namespace psychograph::bench {
namespace {

using benchmark::Counter;

int cores() { return static_cast<int>(std::thread::hardware_concurrency()); }

void one_core_and_all(benchmark::internal::Benchmark* self) {
  self->UseRealTime()->Threads(1);
  if (cores() > 1) self->Threads(cores());
}

void machine_multiply_add(benchmark::State& state) {
  double operations = 0;
  for (auto _ : state) operations += multiply_adds(1'000'000);
  state.counters["FLOP/s"] = Counter(operations, Counter::kIsRate);
}
BENCHMARK(machine_multiply_add)->Apply(one_core_and_all);

/// 1 GiB in all, more than any cache: each thread reads its own share, which lies as the encoded rows do.
void machine_streaming_read(benchmark::State& state) {
  constexpr std::size_t columns = 32;
  constexpr std::size_t all = (std::size_t{1} << 30) / sizeof(float) / columns;
  core::FeatureMatrix matrix(all / static_cast<std::size_t>(state.threads()), columns);
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    for (std::size_t j = 0; j < columns; ++j) matrix.at(i, j) = 1;  // memory that was written to is real
  }
  for (auto _ : state) benchmark::DoNotOptimize(sum_of(matrix));
  const auto bytes = state.iterations() * static_cast<std::int64_t>(matrix.rows() * columns * sizeof(float));
  state.counters["bytes/s"] = Counter(static_cast<double>(bytes), Counter::kIsRate);
}
BENCHMARK(machine_streaming_read)->Apply(one_core_and_all);

}  // namespace
}  // namespace psychograph::bench
