// Wilcoxon's signed rank test against every way the signs could have fallen.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "stats/signed_rank.hpp"

namespace psychograph::stats {
namespace {

TEST(Ranks, OfEqualValuesAreTheirMean) {
  EXPECT_EQ(ranks(std::vector<double>{3, 1, 2}), (std::vector<double>{3, 1, 2}));
  EXPECT_EQ(ranks(std::vector<double>{5, 5, 1, 5}), (std::vector<double>{3, 3, 1, 3}));
  EXPECT_TRUE(ranks(std::vector<double>{}).empty());
}

double counted(const std::vector<double>& differences) {
  std::vector<double> sizes;
  for (const double one : differences) {
    if (one != 0) sizes.push_back(std::abs(one));
  }
  const auto of = ranks(sizes);
  double sum = 0;
  double all = 0;
  std::size_t i = 0;
  for (const double one : differences) {
    if (one == 0) continue;
    all += of[i];
    sum += one > 0 ? of[i] : 0;
    ++i;
  }
  const double uneven = std::abs(sum - all / 2);
  int as_uneven = 0;
  for (unsigned signs = 0; signs < 1U << of.size(); ++signs) {
    double other = 0;
    for (std::size_t j = 0; j < of.size(); ++j) other += (signs >> j & 1U) != 0 ? of[j] : 0;
    as_uneven += std::abs(other - all / 2) >= uneven - 1e-9 ? 1 : 0;
  }
  return as_uneven / std::pow(2.0, static_cast<double>(of.size()));
}

TEST(SignedRank, IsTheShareOfSignsThatAreAsUneven) {
  std::mt19937 random(4);
  std::normal_distribution<> normal(0.4);
  for (int i = 0; i < 30; ++i) {
    std::vector<double> differences(3 + static_cast<std::size_t>(i % 9));
    for (auto& one : differences) one = i % 3 == 0 ? std::round(2 * normal(random)) : normal(random);
    EXPECT_NEAR(signed_rank_p(differences), counted(differences), 1e-12);
  }
}

/// R: wilcox.test(c(1.1, 2.2, -0.3, 4.5, 2.4, -1.9, 3.3, 0.7)), exact.
TEST(SignedRank, IsWhatRSays) {
  EXPECT_NEAR(signed_rank_p(std::vector<double>{1.1, 2.2, -0.3, 4.5, 2.4, -1.9, 3.3, 0.7}), 0.078125, 1e-12);
  EXPECT_NEAR(signed_rank_p(std::vector<double>{1, 2, 3, 4, 5}), 0.0625, 1e-15);
  EXPECT_EQ(signed_rank_p(std::vector<double>{0, 0}), 1);
  EXPECT_EQ(signed_rank_p(std::vector<double>{1, -1}), 1);
}

}  // namespace
}  // namespace psychograph::stats
