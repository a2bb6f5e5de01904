#include "kernel/weighted_sums.hpp"

#include <algorithm>

#include "core/fixed_point.hpp"
#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/weighted_sums.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "core/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::kernel {
namespace HWY_NAMESPACE {

using namespace core::HWY_NAMESPACE;  // NOLINT(google-build-using-namespace): the vocabulary of lanes

constexpr auto shift_bits = std::bit_cast<std::uint64_t>(core::FixedPoint::shift);

/// Adds to `sums` what was added up of `terms` rows with the shift in each: the first `count` of V vectors.
template <std::size_t V>
HWY_INLINE void take(const Longs* found, std::size_t terms, std::size_t count, std::int64_t* sums) {
  std::uint64_t words[V * most_lanes];
  for (std::size_t v = 0; v < V; ++v) store(found[v], words + v * double_lanes);
  for (std::size_t i = 0; i < std::min(count, V * double_lanes); ++i)
    sums[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(sums[i]) + words[i] - terms * shift_bits);
}

/// Of V vectors of columns from `cells` on.
template <std::size_t V>
HWY_INLINE void add_columns(const double* HWY_RESTRICT cells, std::size_t stride,
                            const std::uint32_t* HWY_RESTRICT rows, const double* HWY_RESTRICT weights,
                            std::size_t n, std::size_t count, std::int64_t* HWY_RESTRICT sums) {
  const auto shift = all(core::FixedPoint::shift);
  Longs found[V];
  for (auto& one : found) one = as_longs(all(0.0));
  for (std::size_t r = 0; r < n; ++r) {
    const auto weight = all(weights[r]);
    const double* const own = cells + rows[r] * stride;
    for (std::size_t v = 0; v < V; ++v)
      found[v] = plus(found[v], as_longs(sum(product(weight, load(own + v * double_lanes)), shift)));
  }
  take<V>(found, n, count, sums);
}

void add_rows_to(const double* cells, std::size_t stride, const std::uint32_t* rows, const double* weights,
                 std::size_t n, std::size_t columns, std::int64_t* sums) {
  constexpr std::size_t most = 4;
  std::size_t j = 0;
  for (; j + most * double_lanes <= stride; j += most * double_lanes)
    add_columns<most>(cells + j, stride, rows, weights, n, columns - std::min(j, columns), sums + j);
  for (; j < columns; j += double_lanes)
    add_columns<1>(cells + j, stride, rows, weights, n, columns - j, sums + j);
}

/// Of columns i and i + 1 with V vectors of columns from `first` on: two rows of the triangle share what is
/// loaded. `scaled` are cells times weights [n, stride].
template <std::size_t V>
HWY_INLINE void add_pair(const double* HWY_RESTRICT cells, std::size_t stride,
                         const std::uint32_t* HWY_RESTRICT rows, const double* HWY_RESTRICT scaled,
                         std::size_t n, std::size_t i, std::size_t first, std::size_t columns,
                         std::int64_t* HWY_RESTRICT sums) {
  const auto shift = all(core::FixedPoint::shift);
  Longs upper[V];
  Longs lower[V];
  for (auto& one : upper) one = as_longs(all(0.0));
  for (auto& one : lower) one = as_longs(all(0.0));
  for (std::size_t r = 0; r < n; ++r) {
    const auto a = all(scaled[r * stride + i]);
    const auto b = all(scaled[r * stride + i + 1]);
    const double* const own = cells + rows[r] * stride + first;
    for (std::size_t v = 0; v < V; ++v) {
      const auto x = load(own + v * double_lanes);
      upper[v] = plus(upper[v], as_longs(sum(product(a, x), shift)));
      lower[v] = plus(lower[v], as_longs(sum(product(b, x), shift)));
    }
  }
  const auto row = [&](std::size_t at) { return sums + at * (at + 1) / 2 + first; };
  take<V>(upper, n, i + 1 - std::min(first, i + 1), row(i));
  if (i + 1 < columns) take<V>(lower, n, i + 2 - first, row(i + 1));
}

void add_products_to(const double* cells, std::size_t stride, const std::uint32_t* rows,
                     const double* weights, std::size_t n, std::size_t columns, std::int64_t* sums,
                     double* scaled) {
  for (std::size_t r = 0; r < n; ++r) {
    const auto weight = all(weights[r]);
    for (std::size_t j = 0; j < stride; j += double_lanes)
      store(product(weight, load(cells + rows[r] * stride + j)), scaled + r * stride + j);
  }
  constexpr std::size_t most = 4;
  for (std::size_t i = 0; i < columns; i += 2) {
    std::size_t j = 0;
    for (; j + most * double_lanes <= stride && j + (most - 1) * double_lanes <= i + 1;
         j += most * double_lanes)
      add_pair<most>(cells, stride, rows, scaled, n, i, j, columns, sums);
    for (; j <= i + 1 && j < stride; j += double_lanes)
      add_pair<1>(cells, stride, rows, scaled, n, i, j, columns, sums);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::kernel
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::kernel {

HWY_EXPORT(add_rows_to);
HWY_EXPORT(add_products_to);

void add_rows(const WeightedRows& rows, std::span<std::int64_t> sums) {
  HWY_DYNAMIC_DISPATCH(add_rows_to)
  (rows.cells.data(), rows.stride, rows.rows.data(), rows.weights.data(), rows.rows.size(), sums.size(),
   sums.data());
}

void add_products_of_rows(const WeightedRows& rows, std::size_t columns, std::span<std::int64_t> sums,
                          std::span<double> room) {
  HWY_DYNAMIC_DISPATCH(add_products_to)
  (rows.cells.data(), rows.stride, rows.rows.data(), rows.weights.data(), rows.rows.size(), columns,
   sums.data(), room.data());
}

}  // namespace psychograph::kernel

#endif
