// The distance kernel, on one core, as a fraction of what the same core's multiply-adds can do. Only the
// operations that the definition needs count: 2 n k p.
#include <algorithm>
#include <functional>
#include <limits>
#include <vector>

#include <benchmark/benchmark.h>

#include "cluster/kernel.hpp"
#include "limits.hpp"
#include "samples.hpp"

namespace psychograph::bench {
namespace {

using cluster::PackedCentroids;
using core::FeatureMatrix;

/// One pass of a kernel over all rows.
using Pass = std::function<void(const FeatureMatrix&, const PackedCentroids&)>;

/// So few rows (of 32 features) stay in a core's own cache: what the instructions can do when memory can
/// follow.
constexpr std::size_t cached_rows = 4096;

/// Clock frequencies come and go: the peak is measured just before and just after, and the higher one counts.
void measure(benchmark::State& state, const Pass& pass, std::size_t n = rows()) {
  const auto k = static_cast<std::size_t>(state.range(0));
  const auto p = static_cast<std::size_t>(state.range(1));
  const auto matrix = random_matrix(n, p);
  const PackedCentroids packed(some_rows(matrix, k));
  pass(matrix, packed);
  double peak = multiply_add_peak();
  double seconds = 0;
  for (auto _ : state) {
    const double start = processor_seconds();
    pass(matrix, packed);
    seconds += processor_seconds() - start;
  }
  peak = std::max(peak, multiply_add_peak());
  const double operations =
      2.0 * static_cast<double>(state.iterations()) * static_cast<double>(matrix.rows() * k * p);
  state.counters["FLOP/s"] = operations / seconds;
  state.counters["peak"] = peak;
  state.counters["fraction_of_peak"] = operations / seconds / peak;
}

/// The blocks that the iteration hands to the kernel: 64 tiles.
template <class Kernel>
Pass in_blocks(Kernel kernel) {
  return [kernel](const FeatureMatrix& matrix, const PackedCentroids& packed) {
    constexpr std::size_t block = 64;
    for (std::size_t t = 0; t < matrix.tiles(); t += block)
      kernel(matrix, t, std::min(block, matrix.tiles() - t), packed);
  };
}

void nearest(benchmark::State& state, std::size_t n) {
  std::vector<std::int32_t> labels(64 * FeatureMatrix::tile_rows);
  measure(state, in_blocks([&](auto& matrix, auto first, auto count, auto& packed) {
            cluster::nearest(matrix, first, count, packed, labels.data());
          }),
          n);
}

void kernel_nearest(benchmark::State& state) { nearest(state, rows()); }
void kernel_nearest_cached(benchmark::State& state) { nearest(state, cached_rows); }

void kernel_nearest_two(benchmark::State& state) {
  std::vector<std::int32_t> labels(64 * FeatureMatrix::tile_rows);
  std::vector<std::int32_t> runner_up(labels.size());
  measure(state, in_blocks([&](auto& matrix, auto first, auto count, auto& packed) {
            cluster::nearest_two(matrix, first, count, packed, labels.data(), runner_up.data());
          }));
}

void kernel_lower_nearest(benchmark::State& state) {
  std::vector<float> distance;
  std::vector<std::int32_t> index;
  measure(state, [&](const FeatureMatrix& matrix, const PackedCentroids& packed) {
    distance.assign(matrix.tiles() * FeatureMatrix::tile_rows, std::numeric_limits<float>::infinity());
    index.assign(distance.size(), -1);
    cluster::lower_nearest(matrix, packed, 0, distance.data(), index.data());
  });
}

void shapes(benchmark::internal::Benchmark* self) {
  self->ArgNames({"k", "p"})->UseRealTime()->Unit(benchmark::kMillisecond);
  for (const std::int64_t k : {16, 64, 256}) {
    for (const std::int64_t p : {7, 32, 64, 100}) self->Args({k, p});
  }
}
BENCHMARK(kernel_nearest)->Apply(shapes);
BENCHMARK(kernel_nearest_cached)->Apply(shapes);
BENCHMARK(kernel_nearest_two)->ArgNames({"k", "p"})->UseRealTime()->Args({16, 32})->Args({64, 32});
BENCHMARK(kernel_lower_nearest)->ArgNames({"k", "p"})->UseRealTime()->Args({16, 32})->Args({64, 32});

}  // namespace
}  // namespace psychograph::bench
