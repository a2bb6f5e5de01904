#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "stats/value_buckets.hpp"

namespace psychograph::stats {
namespace {

std::vector<double> heavy_values() {
  std::mt19937 random(5);
  std::lognormal_distribution<double> tail(0, 3);
  std::vector<double> values;
  for (int i = 0; i < 5000; ++i) values.push_back(i % 3 == 0 ? 0.0 : i % 7 == 0 ? 2.5 : tail(random));
  return values;
}

TEST(ValueBuckets, NeverFallAsValuesRise) {
  auto values = heavy_values();
  values.insert(values.end(), {-1e300, 1e300, -0.0, std::nextafter(2.5, 0), std::nextafter(2.5, 3)});
  std::sort(values.begin(), values.end());
  const std::vector<double> edges{0, 0.01, 30, 5000};
  const std::vector<double> atoms{0, 2.5};
  const auto buckets = ValueBuckets::between(edges, atoms, 300);
  std::vector<std::uint32_t> places(values.size());
  buckets.find(values, places.data());
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
  EXPECT_LT(places.back(), buckets.count());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto only = buckets.only_value(places[i]);
    const bool atom = values[i] == 0 || values[i] == 2.5;
    EXPECT_EQ(only.has_value(), atom) << values[i];
    EXPECT_EQ(only.value_or(values[i]), values[i]);
  }
  // The vector loop and the plain one agree.
  for (std::size_t i = 0; i < values.size(); i += 97) {
    std::uint32_t place = 0;
    buckets.find(std::span(values).subspan(i, 1), &place);
    EXPECT_EQ(place, places[i]) << values[i];
  }
}

TEST(ValueBuckets, OfWholeNumbersHoldOneEach) {
  const auto buckets = ValueBuckets::of_whole_numbers(-3, 16);
  std::vector<double> values;
  for (int i = -3; i < 13; ++i) values.push_back(i);
  std::vector<std::uint32_t> places(values.size());
  buckets.find(values, places.data());
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(*buckets.only_value(places[i]), values[i]);
}

TEST(ValueBuckets, OfNothingAreOne) {
  const auto buckets = ValueBuckets::between(std::vector<double>{4, 4}, {}, 100);
  std::vector<std::uint32_t> places(2);
  buckets.find(std::vector<double>{3, 5}, places.data());
  EXPECT_EQ(places, (std::vector<std::uint32_t>{0, 0}));
}

}  // namespace
}  // namespace psychograph::stats
