// What follows from stability, validity and gaps.
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "evaluate/normal_margins.hpp"
#include "evaluate/valleys.hpp"
#include "evaluate/verdict.hpp"

namespace psychograph::evaluate {
namespace {

Judgement two_segments(double stable, double valid, double p, double depth) {
  Judgement judgement;
  judgement.k = 2;
  judgement.size = {60, 40};
  judgement.stability.mean = stable;
  judgement.stability.jaccard = {0.99, valid};
  judgement.borders = {{0, 1, 100, p, 1, depth, {}}};
  return judgement;
}

Verdict verdict_of(Judgement judgement) {
  std::vector<Judgement> all{std::move(judgement)};
  judge(all);
  return all.front().verdict;
}

TEST(Verdict, NeedsAllOfIt) {
  EXPECT_EQ(verdict_of(two_segments(0.95, 0.9, 0.001, 0.5)), Verdict::natural);
  EXPECT_EQ(verdict_of(two_segments(0.80, 0.75, 0.049, 0.90)), Verdict::natural);
  EXPECT_EQ(verdict_of(two_segments(0.95, 0.9, 0.051, 0.5)), Verdict::reproducible);
  EXPECT_EQ(verdict_of(two_segments(0.95, 0.9, 0.001, 0.91)), Verdict::reproducible);
  EXPECT_EQ(verdict_of(two_segments(0.79, 0.9, 0.001, 0.5)), Verdict::constructed);
  EXPECT_EQ(verdict_of(two_segments(0.95, 0.74, 0.001, 0.5)), Verdict::constructed);
  auto alone = two_segments(0.95, 0.9, 0.001, 0.5);
  alone.borders.clear();  // nobody lies between them: that is no gap that was seen
  EXPECT_EQ(verdict_of(alone), Verdict::reproducible);
}

TEST(Verdict, HoldsTheErrorOverAllBordersTogether) {
  std::vector<Judgement> all(3, two_segments(0.95, 0.9, 0.02, 0.5));
  judge(all);
  for (const auto& one : all) EXPECT_EQ(one.verdict, Verdict::reproducible);
  EXPECT_NEAR(all[0].borders[0].p_holm, 0.06, 1e-12);
  EXPECT_EQ(verdict_of(all[0]), Verdict::natural);
}

TEST(Verdict, RecommendsTheLargestNaturalElseTheLargestReproducible) {
  auto three = two_segments(0.9, 0.9, 0.9, 1);
  three.k = 3;
  three.size = {50, 30, 20};
  three.stability.jaccard = {0.9, 0.9, 0.9};
  auto four = three;
  four.k = 4;
  four.size = {500, 300, 199, 1};  // hardly anybody
  std::vector<Judgement> all{two_segments(0.95, 0.9, 0.001, 0.5), three, four};
  judge(all);
  EXPECT_EQ(recommended(all), 2);
  all[0].borders[0].p = 0.9;
  judge(all);
  EXPECT_EQ(recommended(all), 3);
  all[1].stability.mean = 0.5;
  all[0].stability.mean = 0.5;
  judge(all);
  EXPECT_EQ(recommended(all), std::nullopt);
  EXPECT_EQ(recommended({}), std::nullopt);
}

Valley heaps(double apart) {
  Valley valley{0, 1, std::vector<std::int64_t>(valley_bins, 0)};
  for (std::size_t i = 0; i < valley_bins; ++i) {
    const double place = 6.0 * (static_cast<double>(i) + 0.5) / static_cast<double>(valley_bins) - 3;
    const auto density = [&](double centre) { return std::exp(-(place - centre) * (place - centre) / 2); };
    valley.counts[i] = std::llround(1000 * (density(-apart / 2) + density(apart / 2)));
  }
  return valley;
}

TEST(Valley, IsAsDeepAsTheDensityThere) {
  const auto expected = [](double apart) {
    return 2 * std::exp(-apart * apart / 8) / (1 + std::exp(-apart * apart / 2));
  };
  EXPECT_NEAR(heaps(4).depth(), expected(4), 0.02);
  EXPECT_NEAR(heaps(3).depth(), expected(3), 0.02);
  EXPECT_NEAR(heaps(1).depth(), 1, 0.01);
  EXPECT_LT(heaps(4).p(), 1e-9);
  EXPECT_GT(heaps(1).p(), 0.9);
}

TEST(Valley, BordersWithEnoughOfBothSegments) {
  Valley valley{0, 1, std::vector<std::int64_t>(valley_bins, 0)};
  EXPECT_FALSE(valley.borders());
  EXPECT_EQ(valley.depth(), 1);
  valley.counts[100] = 30;
  valley.counts[300] = 10;
  valley.of_a = 30;
  valley.of_b = 9;  // and one of a third segment
  EXPECT_FALSE(valley.borders());
  valley.of_b = 10;
  EXPECT_TRUE(valley.borders());
  valley.counts[100] = 29;
  EXPECT_FALSE(valley.borders());
}

TEST(Reference, FindsTheNormalCorrelation) {
  std::vector<double> normal(48, 0.0);
  normal[0] = 1;
  EXPECT_NEAR(normal_correlation(normal, normal, 0.3), 0.3, 1e-12);
  EXPECT_NEAR(normal_correlation(normal, normal, -0.7), -0.7, 1e-12);
  // Log-normal numbers: corr = (e^rho - 1) / (e - 1), with coefficients 1 / sqrt(d! (e - 1)).
  std::vector<double> lognormal;
  double factorial = 1;
  for (int d = 1; d <= 48; ++d) {
    factorial *= d;
    lognormal.push_back(1 / std::sqrt(factorial * (std::exp(1.0) - 1)));
  }
  EXPECT_NEAR(normal_correlation(lognormal, lognormal, 0.5), std::log1p(0.5 * (std::exp(1.0) - 1)), 1e-12);
  EXPECT_NEAR(normal_correlation(lognormal, lognormal, -0.9), -1, 1e-12);  // as near as they can come
}

TEST(Reference, KnowsTheNormalDistribution) {
  std::vector<double> z;
  for (int i = -60; i <= 60; ++i) z.push_back(i / 10.0);
  auto shares = z;
  normal_shares(shares);
  for (std::size_t i = 0; i < z.size(); ++i)
    EXPECT_NEAR(shares[i], std::erfc(-z[i] / std::sqrt(2.0)) / 2, 8e-8) << z[i];
}

}  // namespace
}  // namespace psychograph::evaluate
