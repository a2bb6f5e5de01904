// The exact sums: bounds, rounding, order.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/fixed_point.hpp"
#include "core/instruction_set.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::core {
namespace {

TEST(FixedPoint, UsesTheLargestScaleWithinTheBounds) {
  const FixedPoint scale(1e6, 1.0, 1'000'000);  // 1e6 <= 2^20: s = 62 - 20
  EXPECT_EQ(scale.multiplier(), std::ldexp(1.0, 42));
  const FixedPoint few(3.0, 1.0, 3);  // the single term decides: 2^51
  EXPECT_EQ(few.multiplier(), std::ldexp(1.0, 51));
  EXPECT_EQ(FixedPoint(0.0, 0.0, 10).encode(0.0), 0);
}

TEST(FixedPoint, RoundsToNearestAtTheEdges) {
  const FixedPoint scale(1.0, 1.0, 1);
  for (const double value : {1.0, -1.0, 0.5, 1.0 / 3, -1e-16}) {
    EXPECT_EQ(scale.encode(value), std::llrint(value * scale.multiplier())) << value;
  }
}

TEST(FixedPointSum, DoesNotDependOnTheOrderAndIsAccurate) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal(1000.0, 1.0);
  std::vector<double> values(10'000);
  long double exact = 0;
  for (auto& value : values) exact += value = normal(random);
  const auto sum = [&] {
    FixedPointSum s(1100.0 * 10'000, 1100.0, 10'000);
    for (const double value : values) s.add(value);
    return s.value();
  };
  const double first = sum();
  EXPECT_NEAR(first, static_cast<double>(exact), 1e-9);
  std::shuffle(values.begin(), values.end(), random);
  EXPECT_EQ(sum(), first);
}

TEST(FixedPointSum, OfManyIsThatOfEachOnEverySet) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal(0.3, 0.1);
  for (const std::size_t n : {0U, 1U, 3U, 8U, 1003U}) {
    std::vector<double> values(n);
    for (auto& value : values) value = 64 * normal(random);
    FixedPointSum scaled(64.0 * 1003, 64, 1003);
    auto squares = scaled;
    for (const double value : values) {
      scaled.add(value * 0.25);
      squares.add((value - 1.5) * 0.125 * ((value - 1.5) * 0.125));
    }
    for (const auto& target : core::targets()) {
      core::force_target(target);
      FixedPointSum fast(64.0 * 1003, 64, 1003);
      auto fast_squares = fast;
      fast.add_scaled(values, 0.25);
      fast_squares.add_squares(values, 1.5, 0.125);
      EXPECT_TRUE(std::ranges::equal(fast.parts(), scaled.parts())) << target << ", " << n;
      EXPECT_TRUE(std::ranges::equal(fast_squares.parts(), squares.parts())) << target << ", " << n;
    }
  }
  core::force_target("");
}

}  // namespace
}  // namespace psychograph::core
