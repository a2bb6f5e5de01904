// Statistics of tallied values against those of the same values one by one.
#include <algorithm>
#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "stats/tallies.hpp"

namespace psychograph::stats {
namespace {

std::vector<Tally> tallied(const std::vector<double>& values) {
  std::map<double, std::int64_t> counts;
  for (const double value : values) ++counts[value];
  std::vector<Tally> tallies;
  for (const auto& [value, count] : counts) tallies.push_back({value, count});
  return tallies;
}

void expect_same(const std::vector<double>& values) {
  const auto tallies = tallied(values);
  auto sorted = values;
  std::sort(sorted.begin(), sorted.end());
  MomentSums sums(static_cast<std::int64_t>(values.size()), sorted.front(), sorted.back());
  sums.add_values(values);
  sums.find_mean();
  sums.add_deviations(values);
  const auto wanted = sums.find();
  const auto found = moments_of(tallies);
  EXPECT_EQ(found.count, wanted.count);
  EXPECT_EQ(found.mean, wanted.mean);
  EXPECT_EQ(found.sd, wanted.sd);
  EXPECT_EQ(found.min, wanted.min);
  EXPECT_EQ(found.max, wanted.max);

  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < values.size(); i += 1 + values.size() / 50)
    places.push_back(static_cast<std::int64_t>(i));
  places.push_back(static_cast<std::int64_t>(values.size() - 1));
  const auto at = at_places(tallies, places);
  for (std::size_t i = 0; i < places.size(); ++i) {
    EXPECT_EQ(at.values[i], sorted[static_cast<std::size_t>(places[i])]);
    EXPECT_EQ(at.at_or_below[i],
              std::upper_bound(sorted.begin(), sorted.end(), at.values[i]) - sorted.begin());
  }
}

TEST(Tallies, SayWhatTheValuesSay) {
  std::mt19937 random(7);
  std::vector<double> answers;
  std::vector<double> counts;
  std::geometric_distribution<int> few(0.02);
  for (int i = 0; i < 10'007; ++i) {
    answers.push_back(static_cast<double>(1 + random() % 6));
    counts.push_back(std::log1p(few(random)));
  }
  expect_same(answers);
  expect_same(counts);
  expect_same({4});
  expect_same({-3, -3, -3});
  expect_same({-32768, 65535});
}

}  // namespace
}  // namespace psychograph::stats
