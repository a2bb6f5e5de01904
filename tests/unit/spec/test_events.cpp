// The file of events: what is read, and what every bad value is told.
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "spec/parse_events.hpp"

namespace psychograph::spec {
namespace {

const std::string least = "[[events]]\nfiles = [\"a.csv\"]\nid = \"i\"\ntime = \"t\"\n";

std::string message_of_events(const std::string& text) {
  try {
    (void)parse_events(text, "e.toml", {});
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ExitCode::usage);
    return error.what();
  }
  return "no error";
}

TEST(EventSpec, HasTheDocumentedDefaults) {
  const auto events = parse_events(least, "e.toml", {});
  ASSERT_EQ(events.blocks.size(), 1U);
  EXPECT_EQ(events.blocks[0].table, "/events");
  EXPECT_EQ(events.blocks[0].decimals, 2);
  EXPECT_EQ(events.blocks[0].categories, 20);
  EXPECT_EQ(events.behavior.scores, 5);
  EXPECT_EQ(events.behavior.lapsed_after, 90);
  EXPECT_EQ(events.behavior.dayparts.size(), 4U);
  EXPECT_EQ(events.behavior.rules.size(), 10U);
  EXPECT_FALSE(events.retention);
  EXPECT_EQ(events.min_cell, 0);
  EXPECT_EQ(events.customers.id, "customer_id");
}

TEST(EventSpec, ReadsDaysInBothForms) {
  EXPECT_EQ(parse_events(least + "[behavior]\nas_of = 2018-01-01\n", "e.toml", {}).behavior.as_of, 17'532);
  EXPECT_EQ(parse_events(least, "e.toml", {{"behavior.as_of", "2018-01-01"}}).behavior.as_of, 17'532);
  EXPECT_EQ(parse_events(least + "[behavior]\nas_of = \"2018-01-01\"\n", "e.toml", {}).behavior.as_of,
            17'532);
}

TEST(EventSpec, SaysWhatIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "no events"},
      {"[[events]]\nid = \"i\"\ntime = \"t\"\n", "events.0.files"},
      {"[[events]]\nfiles = [\"a\"]\ntime = \"t\"\n", "events.0.id"},
      {"[[events]]\nfiles = [\"a\"]\nid = \"t\"\n", "events.0.time"},
      {"[[events]]\nfiles = [\"a\"]\nid = \"t\"\ntime = \"t\"\n", "is the id, too"},
      {least + "[privacy]\nmin_cell = 1\n", "privacy.min_cell"},
      {least + "baskets = \"b\"\n", "did you mean \"basket\"?"},
      {least + "basket = \"\"\n", "an empty name"},
      {least + "name = \"a/b\"\n", "a/b"},
      {least + "decimals = 10\n", "10 is out of range: 0 to 9"},
      {least + "categories = -1\n", "-1 is out of range"},
      {least + "round = 1\n", "expected true or false"},
      {least + "online = [\"web\"]\n", "there is no channel"},
      {least + "on_bad_event = \"skp\"\n", "did you mean \"skip\"?"},
      {least + "repeated = \"once\"\n", "\"once\" is not one of keep, drop"},
      {least + "missing = 5\n", "expected a list"},
      {least + "time_units = \"fortnights\"\n", "fortnights"},
      {least + least, "several blocks need a name each"},
      {"[[events]]\nname = \"a\"\nfiles = [\"x\"]\nid = \"i\"\ntime = \"t\"\n[[events]]\nname = \"a\"\n"
       "files = [\"x\"]\nid = \"i\"\ntime = \"t\"\n",
       "two blocks are called \"a\""},
      {least + "[behavior]\nas_of = \"yesterday\"\n", "\"yesterday\" is no day"},
      {least + "[behavior]\nas_of = 5\n", "expected a date"},
      {least + "[behavior]\nwindow_days = 0\n", "0 is out of range"},
      {least + "[behavior]\nwindow_days = 5\nfrom = 2018-01-01\n", "give one of the two"},
      {least + "[behavior]\nas_of = 2018-01-01\nfrom = 2018-01-01\n", "begins when it has ended"},
      {least + "[behavior]\nscores = 10\n", "10 is out of range: 2 to 9"},
      {least + "[behavior]\nlapsed_after = 0\n", "0 is out of range"},
      {least + "[behavior]\nsplit = \"x\"\n", "behavior.split"},
      {least + "[behavior.dayparts]\nmorning = 24\n", "24 is out of range: 0 to 23"},
      {least + "[behavior.dayparts]\nmorning = 6\n", "name at least two"},
      {least + "[behavior.dayparts]\nmorning = 6\nlate = 6\n", "two parts of the day begin at 6"},
      {least + "[[rfm_segments]]\nname = \"all\"\nr = [2, 5]\n", "r = 1, f = 1, m = 1 has no name"},
      {least + "[[rfm_segments]]\nname = \"all\"\n[[rfm_segments]]\nname = \"best\"\nr = [5, 5]\n",
       "r = 5, f = 1, m = 1 is both \"all\" and \"best\""},
      {least + "[[rfm_segments]]\nr = [1, 5]\n", "what are they called?"},
      {least + "[[rfm_segments]]\nname = \"a\"\nf = [0, 5]\n", "expected [lowest, highest] of 1 to 5"},
      {least + "[retention]\nperiod = \"day\"\n", "\"day\" is not one of week, month, quarter, year"},
      {least + "[retention]\nby = \"age\"\n", "name them with --customers"},
      {least + "[retention]\nevents = \"visits\"\n", "no [[events]] block is called \"visits\""},
      {least + "[retention]\nby = \"a\"\nsegments = \"s.h5\"\n", "give `by` or `segments`"},
      {least + "[customers]\nfile = \"a\"\n", "did you mean \"files\"?"},
      {least + "[behaviour]\n", "did you mean \"behavior\"?"},
  };
  for (const auto& [text, expected] : cases) {
    const auto message = message_of_events(text);
    EXPECT_NE(message.find(expected), std::string::npos) << text << "\n" << message;
    EXPECT_EQ(message.find("e.toml"), 0U) << message;
  }
}

TEST(EventSpec, TakesNamesOfItsOwn) {
  const auto events =
      parse_events(least +
                       "[behavior]\nscores = 3\n[[rfm_segments]]\nname = \"best\"\nr = [3, 3]\n"
                       "[[rfm_segments]]\nname = \"rest\"\nr = [1, 2]\n",
                   "e.toml", {});
  EXPECT_EQ(events.behavior.rules.size(), 2U);
  EXPECT_EQ(parse_events(least, "e.toml", {{"behavior.scores", "4"}}).behavior.rules.size(), 0U);
}

}  // namespace
}  // namespace psychograph::spec
