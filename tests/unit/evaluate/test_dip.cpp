// The dip against a search among all distribution functions with one peak, and its test's error.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "evaluate/dip.hpp"

namespace psychograph::evaluate {
namespace {

using Counts = std::vector<std::int64_t>;

/// The numbers below each border of bins, on the way there `sign` times as high.
std::vector<double> heights_of(const Counts& counts) {
  std::vector<double> heights{0};
  for (const auto count : counts) heights.push_back(heights.back() + static_cast<double>(count));
  return heights;
}

/// Whether a convex function stays within d of the heights up to place m, and how low it can be at m.
struct Left {
  bool there = true;
  double lowest = 0;
};
Left convex_up_to(const std::vector<double>& h, std::size_t m, double d) {
  Left found{true, h[m] - d};
  for (std::size_t i = 0; i <= m; ++i) {
    for (auto j = i + 1; j <= m; ++j) {
      const double slope = (h[j] - h[i]) / static_cast<double>(j - i);
      for (auto x = i; x <= j; ++x)
        found.there = found.there && h[x] - (h[i] + slope * static_cast<double>(x - i)) <= 2 * d;
      if (j == m) continue;
      const double steepest = (h[j] - d - h[i] - d) / static_cast<double>(j - i);
      found.lowest = std::max(found.lowest, h[j] - d + steepest * static_cast<double>(m - j));
    }
  }
  return found;
}

/// Within d there is a distribution function that is convex up to some place, and concave beyond.
bool has_one_peak(const Counts& counts, double d) {
  const auto h = heights_of(counts);
  const auto mirrored = heights_of(Counts(counts.rbegin(), counts.rend()));
  for (std::size_t m = 0; m < h.size(); ++m) {
    const auto left = convex_up_to(h, m, d);
    const auto right = convex_up_to(mirrored, h.size() - 1 - m, d);  // of what is left to come, from the end
    if (left.there && right.there && left.lowest <= h.back() - right.lowest) return true;
  }
  return false;
}

double plain_dip(const Counts& counts) {
  double low = 0;
  double high = heights_of(counts).back();
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (has_one_peak(counts, middle) ? high : low) = middle;
  }
  return high / heights_of(counts).back();
}

TEST(Dip, IsTheDistanceFromTheNearestWithOnePeak) {
  std::mt19937 random(1);
  for (int i = 0; i < 120; ++i) {
    Counts counts(3 + random() % 9);
    for (auto& count : counts) count = random() % (i % 3 == 0 ? 3 : 20);
    counts[1] = 1;
    EXPECT_NEAR(dip(counts), plain_dip(counts), 1e-9);
  }
}

TEST(Dip, IsNothingWhereThereIsOneHeap) {
  EXPECT_EQ(dip(Counts{}), 0);
  EXPECT_EQ(dip(Counts{0, 0, 7, 0}), 0);
  EXPECT_EQ(dip(Counts{1, 2, 3, 3, 2, 1}), 0);
  EXPECT_NEAR(dip(Counts{5, 0, 5}), 0.125, 1e-15);  // a quarter at most, of two that lie on a point each
  Counts apart(1001, 0);
  apart.front() = apart.back() = 50;
  EXPECT_NEAR(dip(apart), 0.25, 1e-3);
  EXPECT_LT(dip_p(dip(apart), 100), 1e-6);
}

/// One heap is taken for two as seldom as the test says: of the one that is likeliest to be, and of a normal
/// one hardly ever.
TEST(Dip, KeepsItsError) {
  std::mt19937_64 random(5);
  constexpr int tables = 2000;
  constexpr int numbers = 1000;
  int even = 0;
  int normal = 0;
  int twice = 0;
  for (int i = 0; i < tables; ++i) {
    Counts flat(512, 0);
    Counts heap(512, 0);
    Counts two(512, 0);
    std::normal_distribution<> draw;
    const auto place = [](double z) {
      return static_cast<std::size_t>(std::clamp(256 + 50 * z, 0.0, 511.0));
    };
    for (int n = 0; n < numbers; ++n) {
      ++flat[random() % flat.size()];
      ++heap[place(draw(random))];
      ++two[place(draw(random) + (n % 2 == 0 ? 1.6 : -1.6))];
    }
    even += dip_p(dip(flat), numbers) < 0.05 ? 1 : 0;
    normal += dip_p(dip(heap), numbers) < 0.05 ? 1 : 0;
    twice += dip_p(dip(two), numbers) < 0.05 ? 1 : 0;
  }
  EXPECT_GT(even, 0.02 * tables);
  EXPECT_LT(even, 0.062 * tables);
  EXPECT_LT(normal, 0.001 * tables);
  EXPECT_GT(twice, 0.95 * tables);
}

TEST(Dip, ItsChanceFallsAllTheWay) {
  double before = 1;
  for (int i = 1; i < 400; ++i) {
    const double p = dip_p(0.0001 * i, 10'000'0);
    EXPECT_LE(p, before);
    before = p;
  }
  EXPECT_EQ(dip_p(0, 100), 1);
  EXPECT_LT(before, 1e-60);
  EXPECT_NEAR(dip_p(0.05419, 100), 0.05, 1e-4);
}

}  // namespace
}  // namespace psychograph::evaluate
