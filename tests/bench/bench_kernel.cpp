// The distance kernel, on one core, as a fraction of what the same core's multiply-adds can do. Only the
// operations that the definition needs count: 2 n k p.
#include <algorithm>
#include <functional>
#include <limits>
#include <vector>

#include <benchmark/benchmark.h>

#include "kernel/kernel.hpp"
#include "kernel/tile_blocks.hpp"
#include "limits.hpp"
#include "samples.hpp"

namespace psychograph::bench {
namespace {

using core::FeatureMatrix;
using core::tile_rows;
using kernel::PackedCentroids;

/// One call of a kernel: the tiles of a block, the centroids, and the block's first row.
using Kernel = std::function<void(kernel::Tiles, const PackedCentroids&, std::size_t first_row)>;

/// All rows, in the blocks that the iteration hands to the kernel.
void pass(const FeatureMatrix& matrix, const PackedCentroids& packed, const Kernel& kernel) {
  kernel::for_each_block(
      matrix, [&](std::size_t first, kernel::Tiles tiles) { kernel(tiles, packed, first * tile_rows); });
}

/// So few rows (of 32 features) stay in a core's own cache: what the instructions can do when memory can
/// follow.
constexpr std::size_t cached_rows = 4096;

/// Clock frequencies come and go: the peak is measured just before and just after, and the higher one counts.
void measure(benchmark::State& state, std::size_t n, const Kernel& kernel) {
  const auto k = static_cast<std::size_t>(state.range(0));
  const auto p = static_cast<std::size_t>(state.range(1));
  const auto matrix = random_matrix(n, p);
  const PackedCentroids packed(some_rows(matrix, k));
  pass(matrix, packed, kernel);
  double peak = multiply_add_peak();
  double seconds = 0;
  for (auto _ : state) {
    const double start = processor_seconds();
    pass(matrix, packed, kernel);
    seconds += processor_seconds() - start;
  }
  peak = std::max(peak, multiply_add_peak());
  const double operations =
      2.0 * static_cast<double>(state.iterations()) * static_cast<double>(matrix.rows() * k * p);
  state.counters["FLOP/s"] = operations / seconds;
  state.counters["peak"] = peak;
  state.counters["fraction_of_peak"] = operations / seconds / peak;
}

/// Results [padded rows] that a kernel writes.
template <class Value>
std::vector<Value> results(std::size_t n) {
  return std::vector<Value>((n + tile_rows - 1) / tile_rows * tile_rows);
}

void nearest(benchmark::State& state, std::size_t n) {
  auto labels = results<std::int32_t>(n);
  measure(state, n,
          [&](auto tiles, auto& packed, auto row) { kernel::nearest(tiles, packed, &labels[row]); });
}
void kernel_nearest(benchmark::State& state) { nearest(state, rows()); }
void kernel_nearest_cached(benchmark::State& state) { nearest(state, cached_rows); }

/// What an iteration runs where it keeps bounds.
void kernel_nearest_and_lead(benchmark::State& state) {
  constexpr float square_radius = 1e4F;
  auto labels = results<std::int32_t>(rows());
  auto leads = results<float>(rows());
  measure(state, rows(), [&](auto tiles, auto& packed, auto row) {
    kernel::nearest_and_lead(tiles, packed, square_radius, &labels[row], &leads[row]);
  });
}

void kernel_nearest_two(benchmark::State& state) {
  auto labels = results<std::int32_t>(rows());
  auto runner_up = labels;
  measure(state, rows(), [&](auto tiles, auto& packed, auto row) {
    kernel::nearest_two(tiles, packed, &labels[row], &runner_up[row]);
  });
}

void kernel_lower_nearest(benchmark::State& state) {
  auto index = results<std::int32_t>(rows());
  auto distance = results<float>(rows());
  std::fill(distance.begin(), distance.end(), std::numeric_limits<float>::infinity());
  measure(state, rows(), [&](auto tiles, auto& packed, auto row) {
    kernel::lower_nearest(tiles, packed, 0, &distance[row], &index[row]);
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

void few_shapes(benchmark::internal::Benchmark* self) {
  self->ArgNames({"k", "p"})->UseRealTime()->Unit(benchmark::kMillisecond)->Args({16, 32})->Args({64, 32});
}
BENCHMARK(kernel_nearest_and_lead)->Apply(few_shapes);
BENCHMARK(kernel_nearest_two)->Apply(few_shapes);
BENCHMARK(kernel_lower_nearest)->Apply(few_shapes);

}  // namespace
}  // namespace psychograph::bench
