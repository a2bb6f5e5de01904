// Intervals that cover, and tests that keep their error: on generated tables whose truth is known.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "insight/profile.hpp"

namespace psychograph::insight {
namespace {

constexpr int tables = 2000;
const std::vector<std::int64_t> sizes{60, 150, 40, 350};
const std::string feature_name{"x"};
const std::vector<std::string> names{"a", "b", "c", "d"};

features::FittedFeature feature(spec::Kind kind, bool leveled) {
  features::FittedFeature made;
  made.feature.name = feature_name;
  made.feature.kind = kind;
  made.feature.leveled = leveled;
  made.feature.clustered = false;
  return made;
}

/// A feature of levels with such probabilities by segment.
Tally draw_levels(const features::FittedFeature& fitted, const std::vector<std::vector<double>>& chances,
                  std::mt19937_64& random) {
  const auto k = sizes.size();
  const auto levels = chances.front().size();
  Tally tally{.fitted = &fitted};
  tally.count.assign(k + 1, 0);
  tally.missing.assign(k + 1, 0);
  tally.sums.resize(k + 1);
  tally.level_count.assign((k + 1) * levels, 0);
  for (std::size_t l = 0; l < levels; ++l) tally.levels.push_back(names[l]);
  for (std::size_t g = 0; g < k; ++g) {
    std::discrete_distribution<std::size_t> level(chances[g].begin(), chances[g].end());
    for (std::int64_t i = 0; i < sizes[g]; ++i) {
      const auto drawn = level(random);
      for (const auto group : {g, k}) {
        ++tally.count[group];
        ++tally.level_count[group * levels + drawn];
      }
    }
  }
  for (const auto count : tally.level_count) tally.level_weight.push_back(static_cast<double>(count));
  for (std::size_t g = 0; g <= k; ++g)
    tally.sums[g].weight = tally.sums[g].weight_square = static_cast<double>(tally.count[g]);
  return tally;
}

/// A feature of numbers that are the same in all segments.
Tally draw_numbers(const features::FittedFeature& fitted, std::mt19937_64& random) {
  const auto k = sizes.size();
  Tally tally{.fitted = &fitted};
  tally.count.assign(k + 1, 0);
  tally.missing.assign(k + 1, 0);
  tally.sums.resize(k + 1);
  tally.quantiles.resize(k + 1);
  std::normal_distribution<double> normal;
  for (std::size_t g = 0; g < k; ++g) {
    for (std::int64_t i = 0; i < sizes[g]; ++i) {
      const double value = normal(random);
      for (const auto group : {g, k}) {
        ++tally.count[group];
        tally.sums[group] = stats::together(tally.sums[group], {1, 1, value, 0});
      }
    }
  }
  return tally;
}

Profile profile_of(const std::vector<Tally>& tallies) {
  return make_profile(tallies, {0, 1, 2, 3}, names, {});
}

TEST(Profile, IntervalsOfSharesAndIndexesCover) {
  std::mt19937_64 random(20260101);
  const auto fitted = feature(spec::Kind::categorical, true);
  const std::vector<std::vector<double>> chances{
      {0.2, 0.5, 0.3}, {0.35, 0.35, 0.3}, {0.5, 0.2, 0.3}, {0.3, 0.4, 0.3}};
  double n = 0;
  for (const auto size : sizes) n += static_cast<double>(size);
  std::vector<double> everybody(3, 0);
  for (std::size_t g = 0; g < sizes.size(); ++g) {
    for (std::size_t l = 0; l < 3; ++l) everybody[l] += static_cast<double>(sizes[g]) / n * chances[g][l];
  }
  double intervals = 0, shares = 0, indexes = 0;
  for (int table = 0; table < tables; ++table) {
    const auto profile = profile_of({draw_levels(fitted, chances, random)});
    for (const auto& row : profile.rows) {
      if (row.group == sizes.size()) continue;
      const auto level = static_cast<std::size_t>(row.level);
      const double share = chances[row.group][level];
      const double index = 100 * share / everybody[level];
      ++intervals;
      shares += row.share_low <= share && share <= row.share_high ? 1 : 0;
      indexes += row.index_low <= index && index <= row.index_high ? 1 : 0;
    }
  }
  EXPECT_GE(shares / intervals, 0.935);
  EXPECT_LE(shares / intervals, 0.965);
  EXPECT_GE(indexes / intervals, 0.935);
  EXPECT_LE(indexes / intervals, 0.965);
  RecordProperty("shares", std::to_string(shares / intervals));
  RecordProperty("indexes", std::to_string(indexes / intervals));
}

TEST(Profile, FindsNothingWhereThereIsNothing) {
  std::mt19937_64 random(20260102);
  const auto numbers = feature(spec::Kind::numeric, false);
  const auto words = feature(spec::Kind::categorical, true);
  const std::vector<std::vector<double>> same(sizes.size(), {0.2, 0.5, 0.3});
  int with_a_find = 0;
  for (int table = 0; table < tables; ++table) {
    std::vector<Tally> tallies;
    for (int f = 0; f < 5; ++f) tallies.push_back(draw_numbers(numbers, random));
    for (int f = 0; f < 5; ++f) tallies.push_back(draw_levels(words, same, random));
    bool found = false;
    for (const auto& row : profile_of(tallies).rows) found |= row.q <= 0.05;
    with_a_find += found ? 1 : 0;
  }
  EXPECT_LE(static_cast<double>(with_a_find) / tables, 0.06);
  RecordProperty("share", std::to_string(static_cast<double>(with_a_find) / tables));
}

TEST(Profile, SaysNothingOfClusteredFeatures) {
  std::mt19937_64 random(1);
  auto fitted = feature(spec::Kind::numeric, false);
  fitted.feature.clustered = true;
  const auto profile = profile_of({draw_numbers(fitted, random)});
  for (const auto& row : profile.rows) EXPECT_TRUE(std::isnan(row.p) && std::isnan(row.q));
  EXPECT_TRUE(std::isnan(profile.features.front().numbers.p));
  EXPECT_EQ(profile.rows.front().verdict, "made of this");
}

TEST(Profile, OfOneSegmentComparesNothing) {
  const auto fitted = feature(spec::Kind::categorical, true);
  Tally tally{.fitted = &fitted};
  tally.count = {30, 30};
  tally.missing = {0, 0};
  tally.sums = {{30, 30, 0, 0}, {30, 30, 0, 0}};
  tally.levels.assign(names.begin(), names.begin() + 2);
  tally.level_count = {10, 20, 10, 20};
  tally.level_weight = {10, 20, 10, 20};
  const auto profile = make_profile(std::vector{tally}, {0}, {names.front()}, {});
  EXPECT_EQ(profile.rows.front().index_low, 100);
  EXPECT_EQ(profile.rows.front().verdict, "nothing to compare");
}

TEST(Letters, NameWhatLiesBelow) {
  std::mt19937_64 random(3);
  const auto fitted = feature(spec::Kind::categorical, true);
  const std::vector<std::vector<double>> chances{{0.05, 0.95}, {0.5, 0.5}, {0.5, 0.5}, {0.95, 0.05}};
  const auto profile = make_profile(std::vector{draw_levels(fitted, chances, random)}, {0, 1, 2, 3}, names,
                                    {0.1, {feature_name}});
  EXPECT_EQ(profile.rows[0].letters, "");
  EXPECT_EQ(profile.rows[1].letters, "A");
  EXPECT_EQ(profile.rows[3].letters, "A B C");
}

}  // namespace
}  // namespace psychograph::insight
