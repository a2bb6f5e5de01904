#include "kernel/kernel.hpp"

#include <limits>
#include <utility>

#include "core/lane_targets.hpp"
#include "kernel/closeness.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/kernel.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "kernel/kernel-inl.hpp"

#if HWY_ONCE

namespace psychograph::kernel {

HWY_EXPORT(nearest_tiles);
HWY_EXPORT(nearest_two_tiles);
HWY_EXPORT(nearest_two_in_double_tiles);
HWY_EXPORT(nearest_and_lead_tiles);
HWY_EXPORT(lower_nearest_tiles);
HWY_EXPORT(squares_from_point);
HWY_EXPORT(squares_from_own_tiles);
HWY_EXPORT(differing_rows);
HWY_EXPORT(expired_rows);
HWY_EXPORT(lengthen_leads);

PackedCentroids::PackedCentroids(const core::Centroids& centroids)
    : k_(centroids.k()),
      p_(centroids.p()),
      values_(groups() * group_size * p_, 0.0F),
      half_norms_(groups() * group_size, std::numeric_limits<float>::infinity()) {
  for (std::size_t c = 0; c < k_; ++c) {
    float* column = values_.data() + (c / group_size) * p_ * group_size + c % group_size;
    double norm = 0;
    for (std::size_t j = 0; j < p_; ++j) {
      const auto value = static_cast<float>(centroids.at(c, j));
      column[j * group_size] = value;
      norm += static_cast<double>(value) * static_cast<double>(value);
    }
    half_norms_[c] = static_cast<float>(norm / 2);
  }
  if (too_close_for_float(centroids)) in_double_ = centroids;
}

void nearest(Tiles tiles, const PackedCentroids& centroids, std::int32_t* labels) {
  if (const auto& exact = centroids.in_double())
    return HWY_DYNAMIC_DISPATCH(nearest_two_in_double_tiles)(tiles, *exact, labels, nullptr);
  HWY_DYNAMIC_DISPATCH(nearest_tiles)(tiles, centroids, labels);
}

void nearest_and_lead(Tiles tiles, const PackedCentroids& centroids, float square_radius,
                      std::int32_t* labels, float* leads) {
  HWY_DYNAMIC_DISPATCH(nearest_and_lead_tiles)(tiles, centroids, square_radius, labels, leads);
}

void nearest_two(Tiles tiles, const PackedCentroids& centroids, std::int32_t* labels,
                 std::int32_t* runner_up) {
  if (const auto& exact = centroids.in_double())
    return HWY_DYNAMIC_DISPATCH(nearest_two_in_double_tiles)(tiles, *exact, labels, runner_up);
  HWY_DYNAMIC_DISPATCH(nearest_two_tiles)(tiles, centroids, labels, runner_up);
}

void lower_nearest(Tiles tiles, const PackedCentroids& centroids, std::int32_t first_index, float* distance,
                   std::int32_t* index) {
  HWY_DYNAMIC_DISPATCH(lower_nearest_tiles)(tiles, centroids, first_index, distance, index);
}

void squares_from(Tiles tiles, std::size_t p, const float* point, float* squares) {
  HWY_DYNAMIC_DISPATCH(squares_from_point)(tiles, p, point, squares);
}

void squares_from_own(Tiles tiles, const core::Centroids& centroids, const std::int32_t* labels,
                      double* squares) {
  HWY_DYNAMIC_DISPATCH(squares_from_own_tiles)(tiles, centroids.p(), centroids.row(0), labels, squares);
}

void differing(const std::int32_t* a, const std::int32_t* b, std::size_t tiles, std::uint16_t* rows) {
  HWY_DYNAMIC_DISPATCH(differing_rows)(a, b, tiles, rows);
}

void expired(const std::int32_t* labels, const float* deadlines, const float* travelled, std::size_t tiles,
             std::uint16_t* rows) {
  HWY_DYNAMIC_DISPATCH(expired_rows)(labels, deadlines, travelled, tiles, rows);
}

void lengthen(const std::int32_t* labels, const float* travelled, std::size_t tiles, float* leads) {
  HWY_DYNAMIC_DISPATCH(lengthen_leads)(labels, travelled, tiles, leads);
}

}  // namespace psychograph::kernel

#endif
