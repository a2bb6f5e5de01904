#include "limits.hpp"

#include <benchmark/benchmark.h>
#include <time.h>

#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "limits.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace psychograph::bench::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Twelve chains: more than latency times the instructions a cycle of any processor so far, and few enough
/// to stay in registers.
double multiply_adds(std::int64_t rounds) {
  constexpr double chains = 12;
  const hn::ScalableTag<float> lanes;
  const auto factor = hn::Set(lanes, 0.5F);
  const auto term = hn::Set(lanes, 0.25F);
  // Starts that the compiler can't know: chains that are alike would be computed once.
  float next = 1;
  const auto start = [&] {
    benchmark::DoNotOptimize(next);
    return hn::Set(lanes, next++);
  };
  auto a = start(), b = start(), c = start(), d = start(), e = start(), f = start();
  auto g = start(), h = start(), i = start(), j = start(), k = start(), l = start();
  for (std::int64_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, factor, term), b = hn::MulAdd(b, factor, term), c = hn::MulAdd(c, factor, term);
    d = hn::MulAdd(d, factor, term), e = hn::MulAdd(e, factor, term), f = hn::MulAdd(f, factor, term);
    g = hn::MulAdd(g, factor, term), h = hn::MulAdd(h, factor, term), i = hn::MulAdd(i, factor, term);
    j = hn::MulAdd(j, factor, term), k = hn::MulAdd(k, factor, term), l = hn::MulAdd(l, factor, term);
  }
  const auto halves = hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, d)), hn::Add(hn::Add(e, f), hn::Add(g, h)));
  auto total = hn::GetLane(hn::SumOfLanes(lanes, hn::Add(halves, hn::Add(hn::Add(i, j), hn::Add(k, l)))));
  benchmark::DoNotOptimize(total);
  return 2.0 * chains * static_cast<double>(rounds) * static_cast<double>(hn::Lanes(lanes));
}

/// Precondition: an even number of columns.
float sum_of(const core::FeatureMatrix& matrix) {
  const hn::CappedTag<float, core::tile_rows> lanes;
  const std::size_t step = hn::Lanes(lanes);
  const std::size_t cells = matrix.columns() * core::tile_rows;
  auto a = hn::Zero(lanes);
  auto b = a;
  for (std::size_t t = 0; t < matrix.tiles(); ++t) {
    const float* tile = matrix.tile(t);
    for (std::size_t i = 0; i < cells; i += 2 * step) {
      a = hn::Add(a, hn::LoadU(lanes, tile + i));
      b = hn::Add(b, hn::LoadU(lanes, tile + i + step));
    }
  }
  return hn::GetLane(hn::SumOfLanes(lanes, hn::Add(a, b)));
}

}  // namespace psychograph::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::bench {

HWY_EXPORT(multiply_adds);
HWY_EXPORT(sum_of);

double multiply_adds(std::int64_t rounds) { return HWY_DYNAMIC_DISPATCH(multiply_adds)(rounds); }

float sum_of(const core::FeatureMatrix& matrix) { return HWY_DYNAMIC_DISPATCH(sum_of)(matrix); }

double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double multiply_add_peak() {
  constexpr std::int64_t rounds = 100'000;
  double operations = 0;
  const double start = processor_seconds();
  double now = start;
  while (now - start < 0.02) {
    operations += multiply_adds(rounds);
    now = processor_seconds();
  }
  return operations / (now - start);
}

}  // namespace psychograph::bench

#endif  // HWY_ONCE
