#include <cmath>

#include <gtest/gtest.h>
#include <random>

#include "playbook/needs.hpp"

namespace psychograph::playbook {
namespace {

constexpr std::size_t groups = 4;
constexpr std::size_t needs = 3;

/// Importance of 5 everywhere, satisfaction of `content`; in segment `moved` need 0 is met `less` less.
Pairs draw_needs(std::mt19937_64& random, double content, std::size_t moved, double less) {
  constexpr double unit = 16;
  Pairs pairs{groups, {{0, 1}, {2, 3}, {4, 5}}, std::vector<PairSums>(groups * needs)};
  pairs.scales.assign(2 * needs, {.unit = unit});
  std::normal_distribution<double> normal;
  const auto steps = [](double value) {
    return static_cast<std::int32_t>(std::lrint(value / unit * 0x1p30));
  };
  for (std::size_t g = 0; g < groups; ++g) {
    for (std::size_t n = 0; n < needs; ++n) {
      for (std::size_t i = 0; i < 40 * (g + 1); ++i) {
        const double mood = normal(random);  // who finds all important is content with little
        pairs.sums[g * needs + n].add(steps(5 + mood), steps(content - 0.5 * mood + normal(random) -
                                                             (g == moved && n == 0 ? less : 0)));
      }
    }
  }
  return pairs;
}

std::vector<Need> needs_of(const Pairs& pairs) { return find_needs(pairs, std::vector<bool>(needs, false)); }

TEST(Needs, WhereSegmentsAreAlikeFewTablesSayOtherwise) {
  std::mt19937_64 random(11);
  // Unmet, met, and just between, where the gap is the larger of two that are as large.
  for (const double content : {4.0, 6.0, 5.0}) {
    constexpr int tables = 1000;
    int wrong = 0;
    for (int t = 0; t < tables; ++t) {
      bool says = false;
      for (const auto& need : needs_of(draw_needs(random, content, groups, 0)))
        says |= need.q <= false_discoveries;
      wrong += says ? 1 : 0;
    }
    EXPECT_LE(wrong, 60) << content;
    EXPECT_GT(wrong, 0) << content;
  }
}

TEST(Needs, IntervalsCover) {
  std::mt19937_64 random(12);
  for (const double content : {4.0, 6.0, 5.0}) {
    const double truth = 5 + std::max(5 - content, 0.0);
    int covered = 0;
    constexpr int tables = 800;
    for (int t = 0; t < tables; ++t) {
      for (const auto& need : needs_of(draw_needs(random, content, groups, 0)))
        covered += need.group < groups && need.gap_low <= truth && truth <= need.gap_high ? 1 : 0;
    }
    const double share = covered / (1.0 * tables * groups * needs);
    EXPECT_GE(share, 0.94) << content;
    EXPECT_LE(share, 0.965) << content;
  }
}

TEST(Needs, WhatIsPlantedIsFound) {
  std::mt19937_64 random(13);
  int found = 0;
  int wrong = 0;
  int all = 0;
  for (int t = 0; t < 500; ++t) {
    for (const auto& need : needs_of(draw_needs(random, 5, 2, 2))) {
      if (!(need.q <= false_discoveries)) continue;
      ++all;
      wrong += need.need != 0 ? 1 : 0;
      found += need.group == 2 && need.need == 0 && need.verdict == "more than elsewhere" ? 1 : 0;
    }
  }
  EXPECT_GE(found, 495);
  EXPECT_LE(wrong, 0.06 * all);
}

TEST(Needs, OfFewNothingIsSaid) {
  std::mt19937_64 random(14);
  auto pairs = draw_needs(random, 4, groups, 0);
  pairs.sums[0] = {};
  pairs.sums[0].add(1 << 20, 1 << 20);
  const auto found = needs_of(pairs);
  EXPECT_EQ(found[0].verdict, "too few to tell");
  EXPECT_TRUE(std::isnan(found[0].p));
  EXPECT_TRUE(std::isnan(found[0].gap_low));
}

}  // namespace
}  // namespace psychograph::playbook
