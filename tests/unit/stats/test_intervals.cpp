#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "stats/intervals.hpp"
#include "stats/significance.hpp"

namespace psychograph::stats {
namespace {

TEST(Wilson, HoldsAtTheEnds) {
  EXPECT_EQ(wilson(0, 10).low, 0);
  EXPECT_NEAR(wilson(0, 10).high, 0.2775327999, 1e-9);
  EXPECT_EQ(wilson(1, 10).high, 1);
  EXPECT_NEAR(wilson(1, 10).low, 1 - 0.2775327999, 1e-9);
  EXPECT_EQ(wilson(0.5, 0).low, 0);
  EXPECT_EQ(wilson(0.5, 0).high, 1);
}

TEST(IndexInterval, KnowsTheEnds) {
  const auto nobody = index_interval({0, 50, 0.2, 200}, 0.2);
  EXPECT_EQ(nobody.low, 0);
  EXPECT_GT(nobody.high, 0);
  EXPECT_LT(nobody.high, 100);
  const auto alone = index_interval({0.2, 50, 0, 200}, 0.2);  // nobody else has it: 100 / part is the most
  EXPECT_GT(alone.low, 100);
  EXPECT_DOUBLE_EQ(alone.high, 500);
  EXPECT_TRUE(std::isnan(index_interval({0, 50, 0, 200}, 0.2).low));
  const auto everybody = index_interval({0.3, 50, 0, 0}, 1);
  EXPECT_EQ(everybody.low, 100);
  EXPECT_EQ(everybody.high, 100);
}

TEST(IndexInterval, IsInsideOfItself) {
  for (const double share : {0.01, 0.2, 0.5, 0.99}) {
    for (const double rest : {0.01, 0.2, 0.5, 0.99}) {
      for (const double part : {0.01, 0.5, 0.99}) {
        const auto found = index_interval({share, 1000 * part, rest, 1000 * (1 - part)}, part);
        const double index = 100 * share / (part * share + (1 - part) * rest);
        EXPECT_LE(found.low, index + 1e-9) << share << ' ' << rest << ' ' << part;
        EXPECT_GE(found.high, index - 1e-9) << share << ' ' << rest << ' ' << part;
      }
    }
  }
}

TEST(MeanDifference, OfConstantsIsThatOfTheirMeans) {
  const auto found = mean_difference({2, 10, 1, 10}, 0, 0);
  EXPECT_EQ(found.low, 1);
  EXPECT_EQ(found.high, 1);
  EXPECT_TRUE(std::isnan(mean_difference({2, 1, 1, 10}, 0, 0).low));
}

TEST(BenjaminiHochberg, IsThatOfThePaper) {
  const std::vector<double> p{0.01, std::numeric_limits<double>::quiet_NaN(), 0.04, 0.03, 0.5};
  const auto q = benjamini_hochberg(p);
  EXPECT_DOUBLE_EQ(q[0], 0.04);
  EXPECT_TRUE(std::isnan(q[1]));
  EXPECT_DOUBLE_EQ(q[2], 0.04 * 4 / 3);
  EXPECT_DOUBLE_EQ(q[3], 0.04 * 4 / 3);
  EXPECT_DOUBLE_EQ(q[4], 0.5);
}

TEST(Holm, NeverFalls) {
  const std::vector<double> p{0.01, 0.04, 0.03};
  const auto adjusted = holm(p);
  EXPECT_DOUBLE_EQ(adjusted[0], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);
}

}  // namespace
}  // namespace psychograph::stats
