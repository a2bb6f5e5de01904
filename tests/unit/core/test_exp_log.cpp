#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/exp_log.hpp"
#include "core/instruction_set.hpp"

namespace psychograph::core {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double tiny = std::numeric_limits<double>::denorm_min();

std::size_t points() { return std::getenv("PSYCHOGRAPH_SOAK") != nullptr ? 10'000'000 : 500'000; }

std::vector<double> exponentials_of(std::vector<double> values) {
  exponentiate(std::span(values));
  return values;
}

std::vector<double> logarithms_of(std::vector<double> values) {
  take_logarithms(values);
  return values;
}

std::vector<double> between(double low, double high, std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> value(low, high);
  std::vector<double> values(count);
  for (double& one : values) one = value(random);
  return values;
}

/// Any double above 0, all magnitudes alike.
std::vector<double> of_any_size(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<double> values(count);
  for (double& one : values) one = std::bit_cast<double>(random() % std::bit_cast<std::uint64_t>(infinite));
  return values;
}

/// How far `found` is from `right`, in units of the last place of the double at `right`.
double units(double found, long double right) {
  const double there = std::abs(static_cast<double>(right));
  if (found == static_cast<double>(right)) return 0;
  const double unit = there == infinite ? 0x1p971 : std::max(tiny, std::nextafter(there, infinite) - there);
  return static_cast<double>(std::abs(static_cast<long double>(found) - right) / unit);
}

template <class Right>
double worst(const std::vector<double>& x, const std::vector<double>& found, const Right& right) {
  double most = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    most = std::max(most, units(found[i], right(static_cast<long double>(x[i]))));
  return most;
}

template <class Function>
void expect_same_bits(const std::vector<double>& x, const Function& function) {
  const auto expected = function(x);
  for (const auto& target : targets()) {
    force_target(target);
    const auto found = function(x);
    EXPECT_TRUE(std::equal(found.begin(), found.end(), expected.begin(), [](double a, double b) {
      return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
    })) << target;
  }
  force_target("");
}

// The oracle: the C library's long double, which is 64 bits to the 53 of a double.
TEST(Exponential, IsRightToTheLastPlace) {
  const auto exact = [](long double x) { return std::exp(x); };
  for (const auto& [low, high] : {std::pair(-0.4, 0.4), {-40.0, 0.0}, {-745.2, 709.8}}) {
    const auto x = between(low, high, points(), 1);
    EXPECT_LE(worst(x, exponentials_of(x), exact), 1.5) << low;
  }
}

TEST(Logarithm, IsRightToTheLastPlace) {
  const auto exact = [](long double x) { return std::log(x); };
  for (const auto& [low, high] : {std::pair(0.5, 2.0), {0.999, 1.001}, {0.0, 1.0}}) {
    const auto x = between(low, high, points(), 2);
    EXPECT_LE(worst(x, logarithms_of(x), exact), 1.5) << low;
  }
  const auto x = of_any_size(points(), 3);
  EXPECT_LE(worst(x, logarithms_of(x), exact), 1.5);
}

TEST(Exponential, HasAnAnswerToEverything) {
  const auto found =
      exponentials_of({0.0, -0.0, infinite, -infinite, 1e308, -1e308, 709.7, -745.0, -746.0, NAN});
  EXPECT_EQ(std::vector(found.begin(), found.begin() + 6),
            (std::vector<double>{1, 1, infinite, 0, infinite, 0}));
  EXPECT_LT(found[6], infinite);
  EXPECT_EQ(found[7], tiny);
  EXPECT_EQ(found[8], 0);
  EXPECT_TRUE(std::isnan(found[9]));
}

TEST(Logarithm, HasAnAnswerToEverything) {
  const auto found = logarithms_of({1.0, 0.0, -0.0, infinite, tiny, -tiny, -1.0, -infinite, NAN});
  EXPECT_EQ(found[0], 0);
  EXPECT_EQ(found[1], -infinite);
  EXPECT_EQ(found[2], -infinite);
  EXPECT_EQ(found[3], infinite);
  EXPECT_NEAR(found[4], -1074 * std::log(2.0), 1e-10);
  for (std::size_t i = 5; i < found.size(); ++i) EXPECT_TRUE(std::isnan(found[i])) << i;
}

TEST(ExponentialAndLogarithm, AreTheSameBitsOnAnyInstructionSet) {
  auto x = between(-760, 720, 100'003, 4);  // and so many that some are left over
  x.insert(x.end(), {0.0, -0.0, infinite, -infinite, NAN, -NAN, tiny, -tiny});
  expect_same_bits(x, exponentials_of);
  expect_same_bits(x, logarithms_of);
  expect_same_bits(of_any_size(100'003, 5), logarithms_of);
}

}  // namespace
}  // namespace psychograph::core
