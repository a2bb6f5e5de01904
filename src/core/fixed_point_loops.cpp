// Exact sums of many values, a value a lane: which lane adds what does not matter to a sum of integers.
#include "core/fixed_point.hpp"
#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/fixed_point_loops.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "core/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::core {
namespace HWY_NAMESPACE {

using Double = hn::Vec<DoubleTag>;

constexpr double shift = 6755399441055744.0;  // as in FixedPoint::encode

/// The two integers of a FixedPointSum in every lane, each with the bits of `shift` once a value too many.
class LaneSums {
 public:
  LaneSums(double high, double low) : high_(high), low_(low), wholes_(hn::Zero(LongTag())), rests_(wholes_) {}

  HWY_INLINE void add(Double value) {
    const DoubleTag d;
    const auto point = hn::Set(d, shift);
    const auto product = hn::Mul(value, hn::Set(d, high_));
    const auto shifted = hn::Add(product, point);
    wholes_ = hn::Add(wholes_, hn::BitCast(LongTag(), shifted));
    const auto rest = hn::Sub(product, hn::Sub(shifted, point));
    const auto shifted_rest = hn::Add(hn::Mul(rest, hn::Set(d, low_)), point);
    rests_ = hn::Add(rests_, hn::BitCast(LongTag(), shifted_rest));
  }

  /// Adds what `values` values came to.
  HWY_INLINE void add_to(std::span<std::int64_t, 2> parts, std::size_t values) const {
    const std::uint64_t surplus = values * std::bit_cast<std::uint64_t>(shift);
    const std::uint64_t totals[] = {total(wholes_) - surplus, total(rests_) - surplus};
    for (std::size_t i = 0; i < 2; ++i) parts[i] += static_cast<std::int64_t>(totals[i]);
  }

 private:
  double high_;
  double low_;
  hn::Vec<LongTag> wholes_;
  hn::Vec<LongTag> rests_;
};

/// Whole vectors; returns how many values these were.
std::size_t sum_scaled(std::span<const double> values, double scale, double high, double low,
                       std::span<std::int64_t, 2> parts) {
  const DoubleTag d;
  const auto factor = hn::Set(d, scale);
  LaneSums sums(high, low);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= values.size(); i += hn::Lanes(d))
    sums.add(hn::Mul(hn::LoadU(d, values.data() + i), factor));
  sums.add_to(parts, i);
  return i;
}

std::size_t sum_squares(std::span<const double> values, double origin, double scale, double high, double low,
                        std::span<std::int64_t, 2> parts) {
  const DoubleTag d;
  const auto from = hn::Set(d, origin);
  const auto factor = hn::Set(d, scale);
  LaneSums sums(high, low);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= values.size(); i += hn::Lanes(d)) {
    const auto deviation = hn::Mul(hn::Sub(hn::LoadU(d, values.data() + i), from), factor);
    sums.add(hn::Mul(deviation, deviation));
  }
  sums.add_to(parts, i);
  return i;
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::core
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::core {

HWY_EXPORT(sum_scaled);
HWY_EXPORT(sum_squares);

void FixedPointSum::add_scaled(std::span<const double> values, double scale) {
  std::size_t i =
      HWY_DYNAMIC_DISPATCH(sum_scaled)(values, scale, high_.multiplier(), low_.multiplier(), parts_);
  for (; i < values.size(); ++i) add(values[i] * scale);
}

void FixedPointSum::add_squares(std::span<const double> values, double origin, double scale) {
  std::size_t i =
      HWY_DYNAMIC_DISPATCH(sum_squares)(values, origin, scale, high_.multiplier(), low_.multiplier(), parts_);
  for (; i < values.size(); ++i) {
    const double deviation = (values[i] - origin) * scale;
    add(deviation * deviation);
  }
}

}  // namespace psychograph::core

#endif
