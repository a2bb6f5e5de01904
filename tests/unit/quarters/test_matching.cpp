// Which segment is which, and what happened to the others, from who went where.
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "quarters/events.hpp"
#include "quarters/matching.hpp"

namespace psychograph::quarters {
namespace {

using Table = std::vector<std::vector<std::int64_t>>;

/// From the customers of each old segment (rows) in each new one.
Migration migration_of(const Table& table) {
  Migration migration(table.size(), table.front().size());
  for (std::size_t a = 0; a < table.size(); ++a) {
    for (std::size_t b = 0; b < table[a].size(); ++b) migration.at(a, b) = table[a][b];
  }
  return migration;
}

/// Of one feature.
CentroidDistances distances_of(const std::vector<double>& old, const std::vector<double>& now) {
  core::Centroids before(old.size(), 1);
  core::Centroids after(now.size(), 1);
  for (std::size_t a = 0; a < old.size(); ++a) before.at(a, 0) = old[a];
  for (std::size_t b = 0; b < now.size(); ++b) after.at(b, 0) = now[b];
  return measure_distances(before, after);
}

CentroidDistances anywhere(const Migration& migration) {
  return distances_of(std::vector<double>(migration.old_segments(), 0.0),
                      std::vector<double>(migration.new_segments(), 0.0));
}

Matching match(const Migration& migration) { return match_segments(migration, anywhere(migration)); }

std::vector<Event> events_of(const Migration& migration) { return find_events(migration, match(migration)); }

using Indices = std::vector<std::int32_t>;

TEST(Matching, FollowsTheMostCustomersInTotal) {
  const auto matching = match(migration_of({{500, 400, 0}, {450, 30, 0}, {0, 20, 300}}));
  EXPECT_EQ(matching.by, MatchedBy::customers);
  EXPECT_EQ(matching.heir, (Indices{1, 0, 2}));  // 400 + 450 + 300: greedy would take 500
  EXPECT_EQ(matching.ancestor, (Indices{1, 0, 2}));
}

TEST(Matching, PairsThatShareHardlyAnybodyAreNone) {
  const auto matching = match(migration_of({{1000, 0}, {800, 9}}));
  EXPECT_EQ(matching.heir, (Indices{0, -1}));
  EXPECT_EQ(matching.ancestor, (Indices{0, -1}));
}

TEST(Matching, FallsBackOnCentroids) {
  auto few = migration_of({{0, 15}, {15, 0}});  // 30 shared customers
  const auto distances = distances_of({0, 10}, {0.5, 9});
  EXPECT_EQ(match_segments(few, distances).heir, (Indices{1, 0}));
  few.at(few.joined(), 0) = 1000;  // are few where thousands joined
  few.at(0, few.left()) = 1000;
  const auto by_centroids = match_segments(few, distances);
  EXPECT_EQ(by_centroids.by, MatchedBy::centroids);
  EXPECT_EQ(by_centroids.heir, (Indices{0, 1}));
  EXPECT_EQ(match_segments(migration_of({{19}}), distances_of({3}, {4})).by, MatchedBy::customers);
  EXPECT_EQ(match_segments(migration_of({{9}}), distances_of({3}, {4})).by, MatchedBy::centroids);
}

TEST(Matching, CentroidsThatAreFarApartAreNone) {
  const Migration nobody(2, 2);
  EXPECT_EQ(match_segments(nobody, distances_of({0, 10}, {4.9, 10})).heir, (Indices{0, 1}));
  EXPECT_EQ(match_segments(nobody, distances_of({0, 10}, {-20, 10})).heir, (Indices{-1, 1}));
  EXPECT_EQ(match_segments(Migration(1, 1), distances_of({0}, {1e6})).heir, (Indices{0}));
}

TEST(Identities, AreForLife) {
  const auto migration = migration_of({{0, 900, 0}, {0, 0, 0}, {700, 0, 0}});
  const auto who = identify(match(migration), {2, 5, 9}, {"young", "gone", "old"}, 11);
  EXPECT_EQ(who.ids, (Indices{9, 2, 12}));  // 10 and 11 were somebody once
  EXPECT_EQ(who.names, (std::vector<std::string>{"old", "young", "segment 12"}));
  EXPECT_EQ(who.largest_id, 12);
  EXPECT_EQ(identify(match(migration), {2, 5, 9}, {"", "", ""}, -1).ids, (Indices{9, 2, 10}));
}

TEST(Events, NothingHappened) { EXPECT_TRUE(events_of(migration_of({{90, 20}, {10, 80}})).empty()); }

TEST(Events, ASplit) {
  const auto events = events_of(migration_of({{600, 0, 380}, {0, 500, 20}}));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].change, Change::split);
  EXPECT_EQ(events[0].old_segment, 0);
  EXPECT_EQ(events[0].new_segment, 2);
  EXPECT_EQ(events[0].customers, 380);
  EXPECT_DOUBLE_EQ(events[0].share_of_old, 380.0 / 980);
  EXPECT_DOUBLE_EQ(events[0].share_of_new, 380.0 / 400);
}

TEST(Events, ASmallSplitThatIsMadeOfOneSegment) {
  auto migration = migration_of({{900, 0, 90}, {0, 500, 0}});
  EXPECT_EQ(events_of(migration).front().change, Change::split);
  migration.at(migration.joined(), 2) = 91;  // most of it are new customers
  const auto events = events_of(migration);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].change, Change::birth);
  EXPECT_EQ(events[0].old_segment, 0);
  EXPECT_EQ(events[0].customers, 90);
}

TEST(Events, AMerge) {
  const auto events = events_of(migration_of({{600, 0}, {300, 5}, {0, 500}}));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].change, Change::merge);
  EXPECT_EQ(events[0].old_segment, 1);
  EXPECT_EQ(events[0].new_segment, 0);
  EXPECT_DOUBLE_EQ(events[0].share_of_old, 300.0 / 305);
  EXPECT_DOUBLE_EQ(events[0].share_of_new, 300.0 / 900);
}

TEST(Events, ADeathAndABirth) {
  auto migration = migration_of({{600, 0}, {10, 0}});
  migration.at(1, migration.left()) = 400;    // nearly all of it left
  migration.at(migration.joined(), 1) = 350;  // and the new one came from nowhere
  const auto events = events_of(migration);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].change, Change::birth);
  EXPECT_EQ(events[0].old_segment, -1);
  EXPECT_EQ(events[0].customers, 0);
  EXPECT_EQ(events[1].change, Change::death);
  EXPECT_EQ(events[1].old_segment, 1);
  EXPECT_EQ(events[1].new_segment, 0);
  EXPECT_EQ(events[1].customers, 10);
}

}  // namespace
}  // namespace psychograph::quarters
