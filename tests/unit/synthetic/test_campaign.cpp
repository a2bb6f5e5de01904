// Made-up campaigns: lifts by segment and arm, and customers who answer by them.
#include <cmath>

#include <gtest/gtest.h>

#include "synthetic/campaign.hpp"

namespace psychograph::synthetic {
namespace {

Table table_of(std::int64_t segments) {
  Request request;
  request.customers = 100'000;
  request.features = 2;
  request.segments = segments;
  return plan(request);
}

const CampaignRequest request{{{"none", 1}, {"mail", 2}, {"letter", 1}}, 0.2, {0.1, 0, -0.05}};

TEST(Campaign, MovesLiftsOnFromArmToArm) {
  const Campaign campaign(request, table_of(7));
  EXPECT_EQ(campaign.visits(0, 0).lift, 0);
  EXPECT_EQ(campaign.visits(0, 1).lift, 0.1);
  EXPECT_EQ(campaign.visits(2, 1).lift, -0.05);
  EXPECT_EQ(campaign.visits(3, 1).lift, 0.1);
  EXPECT_EQ(campaign.visits(0, 2).lift, 0);
  EXPECT_EQ(campaign.visits(2, 2).lift, 0.1);
  EXPECT_DOUBLE_EQ(campaign.visits(0, 1).baseline, 0.1);
  EXPECT_DOUBLE_EQ(campaign.visits(4, 1).baseline, 0.3);
  EXPECT_EQ(campaign.visits(5, 1).baseline, campaign.visits(0, 1).baseline);
  EXPECT_DOUBLE_EQ(campaign.spending(0, 1).lift, 0.1 * buyers_a_visit * 30);
}

TEST(Campaign, KnowsRatesThatAreNone) {
  EXPECT_TRUE(is_possible(request, 2, 1));
  EXPECT_FALSE(is_possible({request.arms, 0.05, {-0.1}}, 0, 1));
  EXPECT_FALSE(is_possible({request.arms, 0.9, {0}}, 4, 0));  // half as often again
  EXPECT_TRUE(is_possible({request.arms, 0.9, {0}}, 0, 0));
}

TEST(Campaign, AnswersByItsLaw) {
  const Campaign campaign(request, table_of(2));
  constexpr std::int64_t customers = 200'000;
  std::vector<double> arms(3), visits(3), bought(3);
  double paid = 0;
  for (std::int64_t id = 0; id < customers; ++id) {
    const auto answer = campaign.answer(id, 1);
    const auto arm = static_cast<std::size_t>(answer.arm);
    ++arms[arm];
    visits[arm] += answer.visited ? 1 : 0;
    bought[arm] += answer.bought ? 1 : 0;
    paid += static_cast<double>(answer.paid);
    EXPECT_TRUE(answer.visited || !answer.bought);
    EXPECT_EQ(answer.paid > 0, answer.bought);
  }
  EXPECT_NEAR(arms[1] / customers, 0.5, 4 * std::sqrt(0.25 / customers));
  for (std::size_t arm = 0; arm < 3; ++arm) {
    const auto [baseline, lift] = campaign.visits(1, arm);
    const double rate = baseline + lift;
    EXPECT_NEAR(visits[arm] / arms[arm], rate, 4 * std::sqrt(rate * (1 - rate) / arms[arm]));
    EXPECT_NEAR(bought[arm] / visits[arm], buyers_a_visit, 4 * std::sqrt(0.19 / visits[arm]));
  }
  EXPECT_NEAR(paid / (bought[0] + bought[1] + bought[2]), 30, 1);
  EXPECT_EQ(campaign.answer(77, 0).arm, campaign.answer(77, 1).arm);  // by lot, whatever the segment
}

}  // namespace
}  // namespace psychograph::synthetic
