#include <cmath>

#include <gtest/gtest.h>
#include <random>

#include "playbook/motives.hpp"

namespace psychograph::playbook {
namespace {

constexpr std::size_t sides = 4;
constexpr std::size_t features = 3;

/// Engagement goes with feature 0 everywhere, and in segment `more` by `by` more.
Pairs draw(std::mt19937_64& random, double everywhere, std::size_t more, double by) {
  Pairs pairs{sides, motive_couples(features, 1), std::vector<PairSums>(sides * features)};
  std::normal_distribution<double> normal;
  const auto steps = [](double value) { return static_cast<std::int32_t>(std::lrint(value / 16 * 0x1p30)); };
  for (std::size_t g = 0; g < sides; ++g) {
    for (std::size_t i = 0; i < 150; ++i) {
      double x[features];
      for (auto& one : x) one = normal(random) + 0.8 * static_cast<double>(g);
      const double y =
          (everywhere + (g == more ? by : 0)) * (x[0] - 0.8 * static_cast<double>(g)) + normal(random);
      for (std::size_t f = 0; f < features; ++f) pairs.sums[g * features + f].add(steps(x[f]), steps(y));
    }
  }
  return pairs;
}

TEST(Motives, WhereNothingGoesWithAnythingFewTablesSaySo) {
  std::mt19937_64 random(3);
  int differences = 0;
  int slopes = 0;
  for (int t = 0; t < 1000; ++t) {
    bool differs = false;
    bool goes = false;
    for (const auto& motive : find_motives(draw(random, 0, sides, 0), features)) {
      differs |= motive.q_difference <= false_discoveries;
      goes |= motive.q <= false_discoveries;
    }
    differences += differs ? 1 : 0;
    slopes += goes ? 1 : 0;
  }
  EXPECT_LE(differences, 60);
  EXPECT_LE(slopes, 60);
  EXPECT_GT(differences + slopes, 10);
}

TEST(Motives, WhatIsPlantedIsFound) {
  std::mt19937_64 random(4);
  int found = 0;
  int wrong = 0;
  int all = 0;
  int covered = 0;
  for (int t = 0; t < 500; ++t) {
    for (const auto& motive : find_motives(draw(random, 0.2, 2, 0.6), features)) {
      if (motive.segment == 2 && motive.feature == 0)
        found += motive.verdict == "more here than elsewhere" ? 1 : 0;
      if (!(motive.q_difference <= false_discoveries)) continue;
      ++all;
      wrong += motive.feature != 0 ? 1 : 0;
    }
    for (const auto& motive : find_motives(draw(random, 0, sides, 0), features))
      covered += motive.slope_low <= 0 && 0 <= motive.slope_high ? 1 : 0;
  }
  EXPECT_GE(found, 495);
  EXPECT_LE(wrong, 0.06 * all);
  const double share = covered / (500.0 * sides * features);
  EXPECT_GE(share, 0.935);
  EXPECT_LE(share, 0.965);
}

}  // namespace
}  // namespace psychograph::playbook
