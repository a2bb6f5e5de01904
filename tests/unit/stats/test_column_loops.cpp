// The loops over a column: every instruction set against the plain loop.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/figure.hpp"
#include "core/instruction_set.hpp"
#include "stats/column_loops.hpp"

namespace psychograph::stats {
namespace {

std::vector<double> sample(std::size_t n, bool with_missing) {
  std::mt19937 random(static_cast<unsigned>(n));
  std::normal_distribution<double> normal(3.0, 100.0);
  std::vector<double> values(n);
  for (auto& value : values) value = with_missing && random() % 4 == 0 ? core::not_a_number : normal(random);
  return values;
}

class ColumnLoops : public testing::TestWithParam<std::string> {
 protected:
  ColumnLoops() { core::force_target(GetParam()); }
  ~ColumnLoops() override { core::force_target(""); }
};

TEST_P(ColumnLoops, FindExtremesAndMissing) {
  for (const std::size_t n : {0U, 1U, 5U, 8U, 17U, 1000U}) {
    for (const bool with_missing : {false, true}) {
      const auto values = sample(n, with_missing);
      Extremes expected;
      for (const double value : values) {
        if (std::isnan(value)) {
          ++expected.missing;
        } else {
          expected.lowest = std::min(expected.lowest, value);
          expected.highest = std::max(expected.highest, value);
        }
      }
      Extremes found;
      find_extremes(std::span(values).first(n / 3), found);
      find_extremes(std::span(values).subspan(n / 3), found);
      EXPECT_EQ(found.lowest, expected.lowest);
      EXPECT_EQ(found.highest, expected.highest);
      EXPECT_EQ(found.missing, expected.missing);
    }
  }
}

TEST_P(ColumnLoops, TakeZerosOfEitherSignAsOne) {
  for (const auto& values : {std::vector{-0.0, 0.0}, std::vector{0.0, -0.0}, std::vector(9, -0.0)}) {
    Extremes found;
    find_extremes(values, found);
    EXPECT_FALSE(std::signbit(found.lowest));
    EXPECT_FALSE(std::signbit(found.highest));
  }
}

TEST_P(ColumnLoops, BucketsRiseWithTheValues) {
  auto values = sample(1003, false);
  std::sort(values.begin(), values.end());
  const auto buckets = Buckets::over(values.front(), values.back());
  std::vector<std::uint32_t> places(values.size());
  find_buckets(values, buckets, places.data());
  EXPECT_EQ(places.front(), 0U);
  EXPECT_EQ(places.back(), Buckets::count - 1);
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double at = (values[i] - buckets.lowest) * buckets.per_unit;
    EXPECT_EQ(places[i], std::min(static_cast<std::uint32_t>(at), Buckets::count - 1));
  }
}

TEST_P(ColumnLoops, ValuesTooCloseShareABucket) {
  const std::vector<double> values{0.0, 5e-324, 1e-323, 0.0, 5e-324};
  std::vector<std::uint32_t> places(values.size(), 7);
  find_buckets(values, Buckets::over(0.0, 1e-323), places.data());
  EXPECT_EQ(places, std::vector<std::uint32_t>(values.size(), 0));
}

INSTANTIATE_TEST_SUITE_P(EverySet, ColumnLoops, testing::ValuesIn(core::targets()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace psychograph::stats
