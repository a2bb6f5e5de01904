#include <cmath>

#include <gtest/gtest.h>
#include <random>

#include "playbook/targeting.hpp"

namespace psychograph::playbook {
namespace {

spec::Criterion from_to(double from, double to, double weight) {
  spec::Criterion criterion;
  criterion.feature = "f";
  criterion.from = from;
  criterion.to = to;
  criterion.weight = weight;
  return criterion;
}

TEST(Targeting, AFigureIsWorthItsPlaceBetweenTheEnds) {
  EXPECT_EQ(score(from_to(10, 20, 1), 15), 0.5);
  EXPECT_EQ(score(from_to(20, 10, 1), 17.5), 0.25);  // less is better
  EXPECT_EQ(score(from_to(10, 20, 1), 5), 0);
  EXPECT_EQ(score(from_to(10, 20, 1), 25), 1);
  EXPECT_TRUE(std::isnan(score(from_to(10, 20, 1), none)));
  spec::Criterion limit;
  limit.at_least = 3;
  EXPECT_TRUE(std::isnan(score(limit, 15)));
}

/// However the errors of the criteria go together.
TEST(Targeting, AnAxisCoversAndMore) {
  std::mt19937_64 random(15);
  std::normal_distribution<double> normal;
  spec::Targeting targeting;
  targeting.criteria = {from_to(-8, 8, 1), from_to(8, -8, 2), from_to(-10, 10, 1)};
  const Segments segments{{0}, {"0"}};
  for (const double together : {0.0, 0.6, 1.0}) {
    int covered = 0;
    constexpr int draws = 4000;
    for (int t = 0; t < draws; ++t) {
      const double common = normal(random);
      TargetFigures figures;
      for (const double sign : {1.0, -1.0, 1.0}) {
        const double error = std::sqrt(together) * common * sign + std::sqrt(1 - together) * normal(random);
        figures.criteria.push_back({error, error - 1.959964, error + 1.959964, 100});
      }
      figures.values.push_back({1, 1, 1, 100});
      const auto table = target_table(targeting, figures, segments, {});
      covered += table.column<double>("attractiveness_low")[0] <= 0.5 &&
                         0.5 <= table.column<double>("attractiveness_high")[0]
                     ? 1
                     : 0;
    }
    EXPECT_GE(covered, 0.94 * draws) << together;
  }
}

TEST(Targeting, WhoIsKnockedOutIsToldWhyAndWhetherBeyondDoubt) {
  spec::Targeting targeting;
  targeting.criteria.resize(1);
  targeting.criteria[0].feature = "loyalty";
  targeting.criteria[0].at_least = 3;
  const Segments segments{{0, 1, 2, 3}, {"a", "b", "c", "d"}};
  TargetFigures figures;
  figures.criteria = {{4, 3.5, 4.5, 50}, {2, 1, 3.5, 50}, {2, 1, 2.5, 50}, {}};
  figures.values = {{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}, {2, 2, 2, 2}};
  const auto criteria = criteria_table(targeting, figures, segments, {});
  const auto targets = target_table(targeting, figures, segments, {});
  using Texts = std::vector<std::string>;
  EXPECT_EQ(criteria.column<std::string>("passes"), (Texts{"yes", "no", "no", "not known"}));
  EXPECT_EQ(criteria.column<std::string>("beyond_doubt"), (Texts{"yes", "no", "yes", ""}));
  EXPECT_EQ(targets.column<std::string>("verdict"),
            (Texts{"stays in", "knocked out", "knocked out", "not known"}));
  EXPECT_EQ(targets.column<std::string>("because")[1], "mean of loyalty: 2, at least 3");
  EXPECT_EQ(targets.column<double>("value_share")[3], 0.4);
}

}  // namespace
}  // namespace psychograph::playbook
