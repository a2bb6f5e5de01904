// e^x and log(x) of doubles in vector lanes, for one instruction set: included, by way of
// <hwy/foreach_target.h>, once a set. Every operation is one that is rounded once (lanes-inl.hpp).
#if defined(PSYCHOGRAPH_EXP_LOG_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PSYCHOGRAPH_EXP_LOG_INL
#undef PSYCHOGRAPH_EXP_LOG_INL
#else
#define PSYCHOGRAPH_EXP_LOG_INL
#endif

#include <limits>

#include <hwy/highway.h>

#include "core/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::core {
namespace HWY_NAMESPACE {

constexpr double log_2_high = 0x1.62e42fefa0000p-1;  // 17 zeros at its end: n * log_2_high is exact
constexpr double log_2_low = 0x1.cf79abc9e3b3ap-40;
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr double integer_rounder = 0x1.8p52;  // added, it leaves the nearest integer in the lower bits

/// 2^n of the integer in the lower bits of `rounded`. Precondition: -1022 <= n <= 1023.
HWY_INLINE Doubles power_of_two(Doubles rounded) {
  return as_doubles(left<52>(plus(as_longs(rounded), all(std::uint64_t{1023}))));
}

/// e^x = 2^n e^r with |r| <= log(2) / 2, and e^r by its own series, of which 14 terms are enough. The power
/// is taken in two, so that the last product is the one that is rounded where a result is below normal.
HWY_INLINE Doubles exponential(Doubles x) {
  const auto lowest = all(-746.0);
  const auto highest = all(710.0);
  const auto bounded = choose(is_lower(x, lowest), lowest, choose(is_lower(highest, x), highest, x));
  const auto rounder = all(integer_rounder);
  const auto n = difference(fused(bounded, all(0x1.71547652b82fep+0), rounder), rounder);
  const auto r = fused(n, all(-log_2_low), fused(n, all(-log_2_high), bounded));
  auto p = all(1.0 / 6227020800);
  for (const double factorial :
       {479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0}) {
    p = fused(p, r, all(1.0 / factorial));
  }
  p = sum(all(1.0), fused(p, product(r, r), r));
  const auto half = fused(n, all(0.5), rounder);
  const auto rest = difference(n, difference(half, rounder));
  const auto result = product(product(p, power_of_two(half)), power_of_two(sum(rest, rounder)));
  return choose(is_lower(x, all(infinite)), result,
                choose(is_lower(all(0.0), x), all(infinite), all(no_number)));
}

/// log(x) = n log(2) + log(1 + f) with 1 + f between the roots of 1/2 and of 2. log(1 + f) = 2 artanh(s) with
/// s = f / (2 + f), by its own series; it is written as f less what makes f too large, of which rounding
/// takes little.
HWY_INLINE Doubles logarithm(Doubles x) {
  constexpr double smallest = std::numeric_limits<double>::min();
  constexpr double smallest_of_all = std::numeric_limits<double>::denorm_min();
  constexpr std::uint64_t half_root =
      0x3fe6a09e667f3bcd;  // the bits of sqrt(1/2), where mantissas begin here
  const auto is_small = is_lower(x, all(smallest));
  const auto normal = choose(is_small, product(x, all(0x1p54)), x);
  const auto bits = minus(as_longs(normal), all(half_root));
  // The exponent, shifted to be positive, as a double: its bits are the mantissa of one between 2^52 and
  // 2^53.
  const auto shifted =
      either(right<52>(plus(bits, all(std::uint64_t{1024} << 52))), all(std::uint64_t{0x4330} << 48));
  const auto n =
      difference(as_doubles(shifted), choose(is_small, all(0x1p52 + 1024 + 54), all(0x1p52 + 1024)));
  const auto mantissa = plus(both(bits, all((std::uint64_t{1} << 52) - 1)), all(half_root));
  const auto f = difference(as_doubles(mantissa), all(1.0));
  const auto s = quotient(f, sum(f, all(2.0)));
  const auto z = product(s, s);
  auto p = all(2.0 / 23);
  for (const double odd : {21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0})
    p = fused(p, z, all(2.0 / odd));
  const auto half_square = product(product(f, f), all(0.5));
  const auto tail = fused(s, fused(p, z, half_square), product(n, all(log_2_low)));
  const auto result = fused(n, all(log_2_high), difference(f, difference(half_square, tail)));
  const auto of_infinite = choose(is_lower(x, all(infinite)), result, all(infinite));
  const auto of_others =
      choose(is_lower(all(-smallest_of_all), x),
             choose(is_lower(x, all(smallest_of_all)), all(-infinite), all(no_number)), all(no_number));
  return choose(is_lower(all(0.0), x), of_infinite, of_others);
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::core
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
