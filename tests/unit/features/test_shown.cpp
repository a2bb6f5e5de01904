// Figures as far as they mean something.
#include <gtest/gtest.h>

#include "features/shown.hpp"

namespace psychograph::features {
namespace {

TEST(Shown, KeepsWhatTheSpreadTells) {
  Statistics statistics;
  statistics.sd = 3;
  statistics.quantiles = {0, 1, 2, 3, 4, 5, 6};
  EXPECT_EQ(shown(statistics, 1e-17), 0.0);
  EXPECT_EQ(shown(statistics, 3.00000001), 3.0);
}

TEST(Shown, KeepsValuesThatMostHaveBesideAHugeOne) {
  Statistics statistics;
  statistics.sd = 5.4e18;
  statistics.quantiles = {1, 2, 3, 3, 3, 3, 1.8e19};
  EXPECT_EQ(shown(statistics, 3), 3.0);
  EXPECT_EQ(shown(statistics, 1), 1.0);
}

}  // namespace
}  // namespace psychograph::features
