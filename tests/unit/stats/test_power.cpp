#include <cmath>

#include <gtest/gtest.h>
#include <random>

#include "stats/power.hpp"
#include "stats/significance.hpp"

namespace psychograph::stats {
namespace {

TEST(CustomersPerArm, AsMuchAsFourTestsInFiveNeed) {
  std::mt19937_64 random(16);
  const std::pair<double, double> cases[] = {{0.1, 0.15}, {0.5, 0.55}, {0.04, 0.02}};
  for (const auto& [share, other] : cases) {
    const auto n = customers_per_arm(share, other).value();
    std::binomial_distribution<std::int64_t> first(n, share), second(n, other);
    int shown = 0;
    constexpr int tests = 4000;
    const auto customers = static_cast<double>(n);
    for (int t = 0; t < tests; ++t) {
      const double a = static_cast<double>(first(random)) / customers;
      const double b = static_cast<double>(second(random)) / customers;
      shown += pooled_z_p(a, customers, b, customers) <= 0.05 ? 1 : 0;
    }
    EXPECT_NEAR(shown / (1.0 * tests), power, 0.02) << share;
  }
}

TEST(CustomersPerArm, NoneWhereThereIsNothingToShow) {
  EXPECT_FALSE(customers_per_arm(0.2, 0.2));
  EXPECT_FALSE(customers_per_arm(0, 0.1));
  EXPECT_FALSE(customers_per_arm(0.9, 1.08));
  EXPECT_FALSE(customers_per_arm(std::nan(""), 0.1));
  EXPECT_EQ(customers_per_arm(0.1, 0.15), customers_per_arm(0.15, 0.1));
}

}  // namespace
}  // namespace psychograph::stats
