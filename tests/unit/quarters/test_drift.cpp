// Drift of features and centroids, and the verdict on it.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "quarters/carry_over.hpp"
#include "quarters/comparison.hpp"

namespace psychograph::quarters {
namespace {

using Counts = std::vector<std::int64_t>;

features::FittedFeature number(const std::string& name, double mean, double sd) {
  features::FittedFeature fitted;
  fitted.feature.name = name;
  fitted.feature.columns = {name};
  fitted.statistics.count = 1000;
  fitted.statistics.mean = mean;
  fitted.statistics.sd = sd;
  for (std::size_t i = 0; i < features::quantile_levels.size(); ++i) {
    fitted.statistics.quantiles[i] = mean + sd * (static_cast<double>(i) - 3);
    fitted.statistics.at_or_below[i] = std::llround(1000 * features::quantile_levels[i]);
  }
  fitted.offset = mean;
  fitted.factor = 1 / sd;
  fitted.centres = {0.0};
  return fitted;
}

features::FittedFeature levels(const std::string& name, std::vector<features::Level> all) {
  features::FittedFeature fitted;
  fitted.feature.name = name;
  fitted.feature.columns = {name};
  fitted.feature.kind = spec::Kind::categorical;
  fitted.feature.leveled = true;
  fitted.statistics.mean = std::numeric_limits<double>::quiet_NaN();
  fitted.levels = std::move(all);
  for (const auto& level : fitted.levels) {
    (level.missing ? fitted.statistics.missing : fitted.statistics.count) += level.count;
    fitted.centres.push_back(0.0);
  }
  fitted.factor = std::sqrt(0.5);
  return fitted;
}

TEST(StabilityIndex, IsItsDefinition) {
  EXPECT_EQ(stability_index(Counts{10, 30, 60}, Counts{100, 300, 600}), 0);
  EXPECT_DOUBLE_EQ(stability_index(Counts{50, 50}, Counts{25, 75}),
                   -0.25 * std::log(0.5) + 0.25 * std::log(1.5));
  EXPECT_DOUBLE_EQ(stability_index(Counts{100, 0}, Counts{90, 10}),
                   -0.1 * std::log(0.9) + (0.1 - 1e-4) * std::log(0.1 / 1e-4));
  EXPECT_EQ(stability_index(Counts{0, 0}, Counts{1, 2}), 0);
}

TEST(FeatureDrift, OfANumberOverItsEarlierQuantiles) {
  const features::Schema before{{number("spend", 100, 10)}};
  features::Schema now{{number("spend", 105, 20)}};
  now.features[0].statistics.count = 900;
  now.features[0].statistics.missing = 100;
  auto bins = bins_of(before, {now.features[0].feature});
  ASSERT_EQ(bins.size(), 1U);
  EXPECT_EQ(bins[0].edges, (std::vector<double>{70, 80, 90, 100, 110, 120, 130}));
  bins[0].at_or_below = {9, 45, 225, 450, 675, 855, 891};
  const auto drift = find_feature_drift(before, now, bins);
  ASSERT_EQ(drift.size(), 1U);
  EXPECT_EQ(drift[0].mean_shift, 0.5);
  EXPECT_EQ(drift[0].missing_before, 0);
  EXPECT_EQ(drift[0].missing_now, 0.1);
  EXPECT_DOUBLE_EQ(drift[0].stability, stability_index(Counts{10, 40, 200, 250, 250, 200, 40, 10, 0},
                                                       Counts{9, 36, 180, 225, 225, 180, 36, 9, 100}));
}

TEST(FeatureDrift, EqualEdgesAreOne) {
  features::Schema before{{number("visits", 1, 1)}};
  before.features[0].statistics.quantiles = {0, 0, 0, 0, 2, 5, 5};
  before.features[0].statistics.at_or_below = {700, 700, 700, 700, 800, 990, 990};
  auto bins = bins_of(before, {before.features[0].feature});
  bins[0].at_or_below = {700, 700, 700, 700, 800, 990, 990};
  EXPECT_EQ(find_feature_drift(before, before, bins)[0].stability, 0);
  bins[0].at_or_below = {350, 350, 350, 350, 800, 990, 990};
  EXPECT_DOUBLE_EQ(find_feature_drift(before, before, bins)[0].stability,
                   stability_index(Counts{700, 100, 190, 10}, Counts{350, 450, 190, 10}));
}

TEST(FeatureDrift, OfLevels) {
  const features::Schema before{{levels("home", {{"own", 60, false}, {"rent", 40, false}})}};
  features::Schema now{{levels("home", {{"barn", 10, false}, {"own", 50, false}, {"(missing)", 40, true}})}};
  auto drift = find_feature_drift(before, now, {});
  ASSERT_EQ(drift.size(), 1U);
  EXPECT_TRUE(std::isnan(drift[0].mean_shift));
  EXPECT_EQ(drift[0].new_levels, (std::vector<std::string>{"barn"}));
  EXPECT_EQ(drift[0].gone_levels, (std::vector<std::string>{"rent"}));
  EXPECT_EQ(drift[0].missing_now, 0.4);
  EXPECT_DOUBLE_EQ(drift[0].stability, stability_index(Counts{60, 40, 0, 0}, Counts{50, 0, 10, 40}));
  // Missing cells that were filled with the most frequent level count as missing.
  now.features[0] = levels("home", {{"own", 60, false}, {"rent", 40, false}});
  now.features[0].statistics.count = 90;
  now.features[0].statistics.missing = 10;
  drift = find_feature_drift(before, now, {});
  EXPECT_DOUBLE_EQ(drift[0].stability, stability_index(Counts{60, 40, 0}, Counts{50, 40, 10}));
}

TEST(CarryOver, ThroughTheUsersUnits) {
  const features::Schema from{
      {number("spend", 100, 10), levels("home", {{"own", 6, false}, {"rent", 4, false}})}};
  const features::Schema to{
      {levels("home", {{"barn", 1, false}, {"own", 6, false}}), number("spend", 90, 20)}};
  core::Centroids centroids(1, 3);
  centroids.at(0, 0) = 1;  // 110
  centroids.at(0, 1) = std::sqrt(0.5) * 0.75;
  centroids.at(0, 2) = std::sqrt(0.5) * 0.25;
  const auto carried = carry_over(centroids, from, to);
  EXPECT_EQ(carried.at(0, 0), 0);
  EXPECT_DOUBLE_EQ(carried.at(0, 1), std::sqrt(0.5) * 0.75);
  EXPECT_DOUBLE_EQ(carried.at(0, 2), 1);
}

TEST(CarryOver, NeedsTheSameFeatures) {
  const features::Schema before{{number("spend", 1, 1), number("age", 1, 1)}};
  auto spend = before.features[0].feature;
  auto age = before.features[1].feature;
  EXPECT_NO_THROW(require_same_features(before, {age, spend}, "last.h5"));
  EXPECT_THROW(require_same_features(before, {spend}, "last.h5"), core::Error);
  age.leveled = true;
  EXPECT_THROW(require_same_features(before, {age, spend}, "last.h5"), core::Error);
  age.leveled = false;
  auto other = age;
  other.name = "height";
  EXPECT_THROW(require_same_features(before, {age, spend, other}, "last.h5"), core::Error);
  other.clustered = false;
  EXPECT_NO_THROW(require_same_features(before, {age, spend, other}, "last.h5"));
}

TEST(CentroidShift, IsInEarlierUnits) {
  const features::Schema before{{number("spend", 1, 1), number("age", 1, 1)}};
  core::Centroids old(1, 2);
  core::Centroids now(2, 2);
  now.at(1, 0) = 0.3;
  now.at(1, 1) = -0.4;
  const auto shift = find_shift(old, 0, before, now, 1);
  EXPECT_DOUBLE_EQ(shift.distance, 0.5);
  EXPECT_DOUBLE_EQ(shift.per_column, 0.5 / std::sqrt(2));
  EXPECT_EQ(shift.column, "age");
  EXPECT_EQ(shift.column_shift, -0.4);
  EXPECT_EQ(find_shift(old, 0, before, now, 0).column, "spend");
}

/// One segment in both quarters, and nothing has changed.
Comparison quiet() {
  Comparison comparison;
  comparison.old.ids = {0};
  comparison.new_ids = {0};
  comparison.migration = Migration(1, 1);
  comparison.migration.at(0, 0) = 100;
  comparison.matching = {MatchedBy::customers, {0}, {0}};
  SegmentDrift segment;
  segment.shared = 100;
  segment.share_before = segment.share_now = 1;
  comparison.segments = {segment};
  comparison.features = {{"spend", 0.09, 0.1, 0, 0, {}, {}}};
  return comparison;
}

TEST(Verdict, KeepsWhatHasNotChanged) {
  const auto verdict = judge(quiet());
  EXPECT_EQ(verdict.advice, Advice::keep);
  EXPECT_TRUE(verdict.reasons.empty());
}

TEST(Verdict, TellsItsReasons) {
  auto comparison = quiet();
  comparison.features[0].stability = 0.1;
  auto verdict = judge(comparison);
  EXPECT_EQ(verdict.advice, Advice::refresh);
  ASSERT_EQ(verdict.reasons.size(), 1U);
  EXPECT_EQ(verdict.reasons[0], "feature \"spend\": stability index 0.1 (refresh from 0.1)");
  comparison.segments[0].share_now = 0.75;
  verdict = judge(comparison);
  EXPECT_EQ(verdict.advice, Advice::investigate);
  ASSERT_EQ(verdict.reasons.size(), 2U);
  EXPECT_EQ(verdict.reasons[0], "segment 0: its share of all has changed by -0.25 (investigate from 0.1)");
}

TEST(Verdict, EachFigureCounts) {
  const auto advice_of = [](auto change) {
    auto comparison = quiet();
    change(comparison);
    return judge(comparison).advice;
  };
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(advice_of([](auto& c) { c.features[0].mean_shift = -0.25; }), Advice::refresh);
  EXPECT_EQ(advice_of([](auto& c) { c.features[0].mean_shift = -0.5; }), Advice::investigate);
  EXPECT_EQ(advice_of([](auto& c) { c.features[0].mean_shift = none; }), Advice::keep);
  EXPECT_EQ(advice_of([](auto& c) { c.features[0].stability = 0.25; }), Advice::investigate);
  EXPECT_EQ(advice_of([](auto& c) { c.segments[0].share_now = 0.96; }), Advice::refresh);
  EXPECT_EQ(advice_of([](auto& c) { c.segments[0].shift.per_column = 0.3; }), Advice::refresh);
  EXPECT_EQ(advice_of([](auto& c) { c.segments[0].shift.per_column = 0.6; }), Advice::investigate);
  EXPECT_EQ(advice_of([](auto& c) { c.segments[0].shared = 75; }), Advice::refresh);
  EXPECT_EQ(advice_of([](auto& c) { c.segments[0].shared = 40; }), Advice::investigate);
  EXPECT_EQ(advice_of([](auto& c) {
              c.migration.at(0, 0) = 0;
              c.segments[0].shared = 0;
            }),
            Advice::keep);
  for (const auto change : {Change::birth, Change::death, Change::split, Change::merge}) {
    EXPECT_EQ(advice_of([&](auto& c) {
                c.events = {{change, 0, 0, 1, 1, 1}};
              }),
              Advice::investigate)
        << to_string(change);
  }
}

}  // namespace
}  // namespace psychograph::quarters
