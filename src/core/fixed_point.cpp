#include "core/fixed_point.hpp"

#include <algorithm>
#include <cmath>

namespace psychograph::core {
namespace {

/// The smallest e with value <= 2^e (or a very small number for zero).
int ceil_log2(double value) {
  if (value <= 0) return -1000;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);  // value = fraction * 2^exponent, 0.5 <= fraction < 1
  return fraction == 0.5 ? exponent - 1 : exponent;
}

int largest_exponent(double sum_bound, double max_term, std::int64_t n) {
  // 62 bits for the sum and, at most, as many for the n roundings of a half: together below 2^63.
  const int by_sum = n >= (std::int64_t{1} << 62) ? 0 : 62 - ceil_log2(sum_bound);
  const int by_term = 51 - ceil_log2(max_term);
  return std::clamp(std::min(by_sum, by_term), -1000, 1000);
}

}  // namespace

FixedPoint::FixedPoint(int exponent)
    : multiplier_(std::ldexp(1.0, exponent)), inverse_(std::ldexp(1.0, -exponent)) {}

FixedPoint::FixedPoint(double sum_bound, double max_term, std::int64_t n)
    : FixedPoint(largest_exponent(sum_bound, max_term, n)) {}

FixedPointSum::FixedPointSum(double sum_bound, double max_term, std::int64_t n)
    : high_(sum_bound, max_term, n), low_(0.5 * static_cast<double>(n), 0.5, n) {}

double FixedPointSum::value() const {
  const long double low = static_cast<long double>(parts_[1]) / low_.multiplier();
  return static_cast<double>((static_cast<long double>(parts_[0]) + low) / high_.multiplier());
}

}  // namespace psychograph::core
