// Exact sums of numbers of any size.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/wide_sums.hpp"

namespace psychograph::core {
namespace {

double sum_of(const std::vector<double>& values) {
  WideSums sums(1);
  for (const double value : values) sums.add(0, value);
  return sums.value(0);
}

TEST(WideSums, OfNothingIsZero) {
  WideSums sums(2);
  EXPECT_EQ(sums.value(1), 0.0);
  EXPECT_EQ(sums.total(), 0.0);
}

TEST(WideSums, SingleNumbersComeBackToTheBit) {
  using Limits = std::numeric_limits<double>;
  for (const double value :
       {0.0, 1.0, 0.1, 1.0 / 3, 1e-300, 1e300, Limits::min(), Limits::denorm_min(), 3 * Limits::denorm_min(),
        Limits::max(), std::nextafter(1.0, 2.0), 0x1p-1022 * 1.5})
    EXPECT_EQ(sum_of({value}), value) << value;
}

TEST(WideSums, NothingIsRoundedBeforeTheEnd) {
  EXPECT_EQ(sum_of({1e300, 1e-300, 1e-300}), 1e300);
  // 2^53 ones beside 2^53 would be lost one by one in a double.
  EXPECT_EQ(sum_of({0x1p53, 1.0, 1.0, 1.0, 1.0}), 0x1p53 + 4);
  EXPECT_EQ(sum_of({0x1p53, 0x1p-1074, 1.0}), 0x1p53);
  EXPECT_EQ(sum_of({0.1, 0.2, 0.3, 0.4}), 1.0);
}

TEST(WideSums, CarriesThroughManyDigits) {
  std::vector<double> values(1000, 0x1.fffffffffffffp0);
  EXPECT_EQ(sum_of(values), 1000 * 0x1.fffffffffffffp0);
  WideSums sums(1);
  sums.add(0, 0x1p40);
  for (int i = 0; i < 64; ++i) sums.add(0, std::ldexp(1.0, 40 + i));  // 2^40 + (2^104 - 2^40)
  EXPECT_EQ(sums.value(0), 0x1p104);
}

TEST(WideSums, NoOrderAndNoSplitChangesABit) {
  std::mt19937_64 engine(7);
  std::uniform_real_distribution<double> exponent(-300, 300);
  std::vector<double> values(5000);
  for (double& value : values) value = std::exp2(exponent(engine));
  const double whole = sum_of(values);
  std::shuffle(values.begin(), values.end(), engine);
  EXPECT_EQ(sum_of(values), whole);
  WideSums one(1);
  WideSums other(1);
  for (std::size_t i = 0; i < values.size(); ++i) (i % 3 == 0 ? one : other).add(0, values[i]);
  for (std::size_t d = 0; d < WideSums::digits; ++d) {
    auto& to = one.digit(d);
    const auto& from = other.digit(d);
    if (to.empty()) to.resize(1, 0);
    if (!from.empty()) to[0] += from[0];
  }
  EXPECT_EQ(one.value(0), whole);
}

TEST(WideSums, TheTotalIsTheSumOfTheSums) {
  WideSums sums(3);
  sums.add(0, 0.1);
  sums.add(1, 0x1p60);
  sums.add(2, 0.2);
  sums.add(2, 1e-200);
  EXPECT_EQ(sums.value(0), 0.1);
  EXPECT_EQ(sums.value(2), 0.2);
  EXPECT_EQ(sums.total(), sum_of({0.1, 0x1p60, 0.2, 1e-200}));
}

}  // namespace
}  // namespace psychograph::core
