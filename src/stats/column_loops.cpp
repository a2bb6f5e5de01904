#include "stats/column_loops.hpp"

#include <algorithm>
#include <cmath>

#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stats/column_loops.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "core/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::stats {
namespace HWY_NAMESPACE {

using namespace core::HWY_NAMESPACE;  // NOLINT(google-build-using-namespace): the vocabulary of lanes

/// These return how many values, whole vectors of them, they have dealt with.
std::size_t extremes_of(std::span<const double> values, Extremes& extremes) {
  const DoubleTag d;
  const std::size_t lanes = hn::Lanes(d);
  auto lowest = hn::Set(d, extremes.lowest);
  auto highest = hn::Set(d, extremes.highest);
  std::size_t i = 0;
  for (; i + lanes <= values.size(); i += lanes) {
    const auto value = hn::LoadU(d, values.data() + i);
    // Comparisons with NaN are false: it changes neither.
    lowest = hn::IfThenElse(hn::Lt(value, lowest), value, lowest);
    highest = hn::IfThenElse(hn::Gt(value, highest), value, highest);
    const auto present = hn::Eq(value, value);
    if (HWY_UNLIKELY(!hn::AllTrue(d, present))) extremes.missing += lanes - hn::CountTrue(d, present);
  }
  // Not MinOfLanes: some sets' begins with the largest finite number, and infinity stands for no value.
  alignas(64) double of_lane[HWY_MAX_BYTES / sizeof(double)];
  hn::Store(lowest, d, of_lane);
  extremes.lowest = *std::min_element(of_lane, of_lane + lanes);
  hn::Store(highest, d, of_lane);
  extremes.highest = *std::max_element(of_lane, of_lane + lanes);
  return i;
}

std::size_t buckets_of(std::span<const double> values, const Buckets& buckets, std::uint32_t* places) {
  const DoubleTag d;
  const hn::Rebind<std::int32_t, DoubleTag> whole;
  const hn::Rebind<std::uint32_t, DoubleTag> place;
  const auto lowest = hn::Set(d, buckets.lowest);
  const auto per_unit = hn::Set(d, buckets.per_unit);
  const auto last = hn::Set(d, Buckets::count - 1);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= values.size(); i += hn::Lanes(d)) {
    const auto at = hn::Mul(hn::Sub(hn::LoadU(d, values.data() + i), lowest), per_unit);
    hn::StoreU(hn::BitCast(place, hn::DemoteTo(whole, hn::Min(at, last))), place, places + i);
  }
  return i;
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::stats
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::stats {

HWY_EXPORT(extremes_of);
HWY_EXPORT(buckets_of);

void find_extremes(std::span<const double> values, Extremes& extremes) {
  std::size_t i = HWY_DYNAMIC_DISPATCH(extremes_of)(values, extremes);
  for (; i < values.size(); ++i) {
    extremes.lowest = values[i] < extremes.lowest ? values[i] : extremes.lowest;
    extremes.highest = values[i] > extremes.highest ? values[i] : extremes.highest;
    extremes.missing += std::isnan(values[i]) ? 1 : 0;
  }
  extremes.lowest += 0.0;  // -0 becomes 0
  extremes.highest += 0.0;
}

Buckets Buckets::over(double lowest, double highest) {
  const double per_unit = count / (highest - lowest);
  return {lowest, std::isfinite(per_unit) ? per_unit : 0.0};
}

void find_buckets(std::span<const double> values, const Buckets& buckets, std::uint32_t* places) {
  std::size_t i = HWY_DYNAMIC_DISPATCH(buckets_of)(values, buckets, places);
  for (; i < values.size(); ++i) {
    const double at = (values[i] - buckets.lowest) * buckets.per_unit;
    places[i] = static_cast<std::uint32_t>(std::min(at, double{Buckets::count - 1}));
  }
}

}  // namespace psychograph::stats

#endif
