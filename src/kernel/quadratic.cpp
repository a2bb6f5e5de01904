#include "kernel/quadratic.hpp"

#include <vector>

#include "core/feature_matrix.hpp"
#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/quadratic.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "core/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::kernel {
namespace HWY_NAMESPACE {

using namespace core::HWY_NAMESPACE;  // NOLINT(google-build-using-namespace): the vocabulary of lanes
using core::tile_rows;

constexpr std::size_t row_vectors = tile_rows / double_lanes;

/// Cells of a column less `centre`, as doubles.
HWY_INLINE void deviations(const float* cells, double centre, double* out) {
  for (std::size_t v = 0; v < row_vectors; ++v)
    store(difference(to_doubles(cells + v * double_lanes), all(centre)), out + v * double_lanes);
}

void scaled_squares_of(Tiles tiles, std::size_t p, const double* HWY_RESTRICT point,
                       const double* HWY_RESTRICT scales, double* squares) {
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    Doubles sums[row_vectors];
    for (auto& sum_of_rows : sums) sum_of_rows = all(0.0);
    for (std::size_t j = 0; j < p; ++j) {
      const auto centre = all(point[j]);
      const auto scale = all(scales[j]);
      for (std::size_t v = 0; v < row_vectors; ++v) {
        const auto away =
            product(scale, difference(to_doubles(tiles[t] + j * tile_rows + v * double_lanes), centre));
        sums[v] = fused(away, away, sums[v]);
      }
    }
    for (std::size_t v = 0; v < row_vectors; ++v) store(sums[v], squares + t * tile_rows + v * double_lanes);
  }
}

/// Two rows of the factor at once: each deviation that is loaded serves two products.
void rotated_squares_of(Tiles tiles, std::size_t p, const double* HWY_RESTRICT point,
                        const double* HWY_RESTRICT factor, double* away, double* squares) {
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    for (std::size_t j = 0; j < p; ++j) deviations(tiles[t] + j * tile_rows, point[j], away + j * tile_rows);
    for (std::size_t v = 0; v < row_vectors; ++v) {
      const double* const own = away + v * double_lanes;
      auto squared = all(0.0);
      std::size_t i = 0;
      for (; i + 1 < p; i += 2) {
        const double* const first = factor + i * (i + 1) / 2;
        const double* const second = first + i + 1;
        auto y = all(0.0);
        auto z = all(0.0);
        for (std::size_t j = 0; j <= i; ++j) {
          const auto x = load(own + j * tile_rows);
          y = fused(all(first[j]), x, y);
          z = fused(all(second[j]), x, z);
        }
        z = fused(all(second[i + 1]), load(own + (i + 1) * tile_rows), z);
        squared = fused(z, z, fused(y, y, squared));
      }
      if (i < p) {
        const double* const last = factor + i * (i + 1) / 2;
        auto y = all(0.0);
        for (std::size_t j = 0; j <= i; ++j) y = fused(all(last[j]), load(own + j * tile_rows), y);
        squared = fused(y, y, squared);
      }
      store(squared, squares + t * tile_rows + v * double_lanes);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::kernel
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::kernel {

HWY_EXPORT(scaled_squares_of);
HWY_EXPORT(rotated_squares_of);

void scaled_squares(Tiles tiles, std::span<const double> point, std::span<const double> scales,
                    double* squares) {
  HWY_DYNAMIC_DISPATCH(scaled_squares_of)(tiles, point.size(), point.data(), scales.data(), squares);
}

void rotated_squares(Tiles tiles, std::span<const double> point, std::span<const double> factor,
                     double* squares) {
  std::vector<double> away(point.size() * core::tile_rows);
  HWY_DYNAMIC_DISPATCH(rotated_squares_of)
  (tiles, point.size(), point.data(), factor.data(), away.data(), squares);
}

}  // namespace psychograph::kernel

#endif
