// How tricks were proven to pay: each is a pair of cases, `trick_NAME_plain` and `trick_NAME_kept`, which do
// the same the plain way and ours. scripts/bench --only tricks shows every pair that is here.
#include <algorithm>
#include <cmath>
#include <vector>

#include <benchmark/benchmark.h>

#include "core/fixed_point.hpp"
#include "kernel/kernel.hpp"
#include "kernel/row_batch.hpp"
#include "kernel/screen.hpp"
#include "samples.hpp"

namespace psychograph::bench {
namespace {

using core::FeatureMatrix;
using core::tile_rows;
using kernel::PackedCentroids;

constexpr std::size_t p = 32;
constexpr std::size_t k = 64;

/// Adds all rows to the sums of their clusters, in doubles or in exact integers.
template <class Sum, class Term>
void add_rows(benchmark::State& state, Term term) {
  const auto matrix = random_matrix(rows(), p);
  std::vector<Sum> sums(k * p, 0);
  for (auto _ : state) {
    for (std::size_t i = 0; i < matrix.rows(); ++i) {
      Sum* sum = sums.data() + i * 37 % k * p;
      for (std::size_t j = 0; j < p; ++j) sum[j] += term(static_cast<double>(matrix.at(i, j)));
    }
    benchmark::DoNotOptimize(sums.data());
  }
}
void trick_exact_sums_plain(benchmark::State& state) {
  add_rows<double>(state, [](double value) { return value; });
}
void trick_exact_sums_kept(benchmark::State& state) {
  const core::FixedPoint scale(1e9, 10, static_cast<std::int64_t>(rows()));
  add_rows<std::int64_t>(state, [&](double value) { return scale.encode(value); });
}

/// The sums of an iteration in which one customer of twenty changes cluster: of all anew, or by difference.
void trick_sums_by_difference_plain(benchmark::State& state) { trick_exact_sums_kept(state); }
void trick_sums_by_difference_kept(benchmark::State& state) {
  constexpr std::size_t every = 20;
  const core::FixedPoint scale(1e9, 10, static_cast<std::int64_t>(rows()));
  const auto matrix = random_matrix(rows(), p);
  std::vector<std::int64_t> sums(k * p, 0);
  for (auto _ : state) {
    for (std::size_t i = 0; i < matrix.rows(); i += every) {
      std::int64_t* from = sums.data() + i * 37 % k * p;
      std::int64_t* to = sums.data() + (i * 37 + 1) % k * p;
      for (std::size_t j = 0; j < p; ++j) {
        const auto term = scale.encode(static_cast<double>(matrix.at(i, j)));
        from[j] -= term;
        to[j] += term;
      }
    }
    benchmark::DoNotOptimize(sums.data());
  }
}

/// 256 centroids of 32 features: all rows in floats, or in whole numbers first.
void trick_whole_numbers_first_plain(benchmark::State& state) {
  const auto matrix = random_matrix(rows(), p);
  const PackedCentroids centroids(some_rows(matrix, 256));
  std::vector<std::int32_t> labels(matrix.tiles() * tile_rows);
  for (auto _ : state) kernel::nearest(tiles_of(matrix), centroids, labels.data());
}
void trick_whole_numbers_first_kept(benchmark::State& state) {
  const auto matrix = random_matrix(rows(), p);
  const PackedCentroids centroids(some_rows(matrix, 256));
  if (!kernel::Screen::pays(centroids.k())) {
    trick_whole_numbers_first_plain(state);
    return;
  }
  std::vector<std::int32_t> labels(matrix.tiles() * tile_rows);
  std::vector<std::int32_t> again(kernel::RowBatch::capacity * tile_rows);
  std::vector<std::uint16_t> unsure(matrix.tiles());
  kernel::RowBatch batch(matrix);
  for (auto _ : state) {
    kernel::Screen(centroids, 2 * std::sqrt(double{p}))
        .nearest(tiles_of(matrix), labels.data(), unsure.data());
    for (std::size_t i = 0; i < matrix.rows(); ++i) {
      if ((unsure[i / tile_rows] >> i % tile_rows & 1U) == 0) continue;
      batch.add_row(i);
      if (!batch.full()) continue;
      kernel::nearest(batch.tiles(), centroids, again.data());
      batch.clear();
    }
  }
}

/// 256 centroids of 7 features: all rows by each group of 16 in turn, or all groups by a tile that is in
/// cache.
constexpr std::size_t narrow = 7;
constexpr std::size_t many = 256;
void trick_groups_by_tile_plain(benchmark::State& state) {
  const auto matrix = random_matrix(rows(), narrow);
  const auto tiles = tiles_of(matrix);
  const std::vector<PackedCentroids> groups(many / PackedCentroids::group_size,
                                            PackedCentroids(some_rows(matrix, PackedCentroids::group_size)));
  std::vector<std::int32_t> labels(matrix.tiles() * tile_rows);
  for (auto _ : state) {
    for (const auto& group : groups) kernel::nearest(tiles, group, labels.data());
  }
}
void trick_groups_by_tile_kept(benchmark::State& state) {
  const auto matrix = random_matrix(rows(), narrow);
  const auto tiles = tiles_of(matrix);
  const PackedCentroids all(some_rows(matrix, many));
  std::vector<std::int32_t> labels(matrix.tiles() * tile_rows);
  for (auto _ : state) kernel::nearest(tiles, all, labels.data());
}

/// Memory for the encoded rows, written to for the first time.
void trick_huge_pages_plain(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(std::vector<float>(rows() * p, 1.0F).data());
}
void trick_huge_pages_kept(benchmark::State& state) {
  for (auto _ : state) {
    FeatureMatrix matrix(rows(), p);
    std::fill_n(&matrix.at(0, 0), rows() * p, 1.0F);
    benchmark::DoNotOptimize(matrix.tile(0));
  }
}

BENCHMARK(trick_exact_sums_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(trick_exact_sums_kept)->Unit(benchmark::kMillisecond);
BENCHMARK(trick_sums_by_difference_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(trick_sums_by_difference_kept)->Unit(benchmark::kMillisecond);
BENCHMARK(trick_whole_numbers_first_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(trick_whole_numbers_first_kept)->Unit(benchmark::kMillisecond);
BENCHMARK(trick_groups_by_tile_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(trick_groups_by_tile_kept)->Unit(benchmark::kMillisecond);
BENCHMARK(trick_huge_pages_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(trick_huge_pages_kept)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace psychograph::bench
