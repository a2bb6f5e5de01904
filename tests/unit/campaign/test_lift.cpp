// Lifts, their families, and what is told of little.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "campaign/cell_sums.hpp"
#include "campaign/lift.hpp"
#include "campaign/ratio.hpp"
#include "campaign/targeting.hpp"

namespace psychograph::campaign {
namespace {

TEST(Lift, NeedsTwoCustomersOnEitherSide) {
  const auto lift = lift_of({1, 3.0}, {500, 2.0, 1.0});
  EXPECT_EQ(lift.lift, 1.0);
  EXPECT_TRUE(std::isnan(lift.error));
  EXPECT_TRUE(std::isnan(lift.p));
  EXPECT_FALSE(lift.next_test);
  std::vector<Lift> family{lift};
  judge(family, 0.1);
  EXPECT_EQ(family.front().verdict, Verdict::too_few);
}

TEST(Lift, IsNotShownOnlyWhereOneThatMattersWouldHaveBeen) {
  const Sample control{100'000, 0.5, 0.25};
  std::vector<Lift> family{lift_of({100'000, 0.501, 0.25}, control), lift_of({100, 0.501, 0.25}, control),
                           lift_of({100'000, 0.6, 0.24}, control)};
  judge(family, 0.1);
  EXPECT_EQ(family[0].verdict, Verdict::not_shown);
  EXPECT_EQ(family[1].verdict, Verdict::too_few);
  EXPECT_EQ(family[2].verdict, Verdict::shown);
  EXPECT_GE(family[0].p_holm, family[0].p);
  ASSERT_TRUE(family[2].next_test);
  EXPECT_NEAR(static_cast<double>(*family[2].next_test), std::pow(2.801585 / 0.1, 2) * 0.49, 1);
}

TEST(Lift, WithheldOnesTakeNoPart) {
  const Sample control{1000, 0.5, 0.25};
  std::vector<Lift> family{lift_of({1000, 0.57, 0.25}, control), lift_of({4, 0.9, 0.1}, control)};
  family[1].verdict = Verdict::withheld;
  judge(family, 0.1);
  EXPECT_EQ(family[0].p_holm, family[0].p);
  EXPECT_EQ(family[1].verdict, Verdict::withheld);
  EXPECT_TRUE(std::isnan(heterogeneity(family).q));  // one group is left
}

TEST(Ratio, TellsASureDeviationFromALargeOne) {
  const std::vector<double> even{1, 1};
  const auto verdict = [&](std::vector<std::int64_t> counts) {
    return test_ratio(counts, even, 0.005).verdict;
  };
  EXPECT_EQ(verdict({500, 520}), RatioVerdict::as_planned);
  EXPECT_EQ(verdict({5000, 5500}), RatioVerdict::off);
  EXPECT_EQ(verdict({50'000'000, 50'100'000}), RatioVerdict::off_by_little);
  EXPECT_EQ(verdict({0, 0}), RatioVerdict::nobody);
}

TEST(Targeting, SaysNothingOfNobody) {
  features::Statistics statistics;
  statistics.count = 2;
  statistics.max = 1;
  statistics.mean = 0.5;
  CellSums sums({2, 2}, statistics);
  sums.add(sums.layout().cell(0, 0, 0), 1);
  EXPECT_TRUE(std::isnan(targeting_gain(sums).gain));  // the odd half is empty
  sums.add(sums.layout().cell(1, 0, 1), 0);
  const auto found = targeting_gain(sums);
  ASSERT_EQ(found.chosen.size(), 2U);
  EXPECT_EQ(found.chosen[0].single, 0U);
  EXPECT_FALSE(found.chosen[0].by_group[1]);
  EXPECT_EQ(found.gain, 0.0);
}

}  // namespace
}  // namespace psychograph::campaign
