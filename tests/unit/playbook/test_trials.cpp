// What a campaign has shown of options: which arm is which, and what becomes of a grade.
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "playbook/trials.hpp"

namespace psychograph::playbook {
namespace {

using Texts = std::vector<std::string>;
using Figures = std::vector<double>;
using Counts = std::vector<std::int64_t>;

/// Mail in segments "a" and "b", and of everybody.
results::TidyTable found_of(const Texts& verdicts, const Texts& groupings = {"all", "segment", "segment"}) {
  results::TidyTable table;
  table.add("grouping", groupings);
  table.add("segment", Texts{"all", "a", "b"});
  table.add("arm", Texts(3, "mail"));
  table.add("outcome", Texts(3, "visit"));
  table.add("n", Counts{900, 500, 400});
  table.add("n_control", Counts{800, 450, 350});
  table.add("lift", Figures{0.1, 0.2, -0.1});
  table.add("low", Figures{0.05, 0.1, -0.2});
  table.add("high", Figures{0.15, 0.3, 0.0});
  table.add("p_holm", Figures{0.001, 0.002, 0.03});
  table.add("verdict", verdicts);
  return table;
}

Blocks tried(const Texts& names, const Texts& arms = {}, spec::Evidence evidence = spec::Evidence::observed) {
  Block block;
  block.told.options = names;
  block.told.arms = arms;
  block.told.evidence = evidence;
  return {{block}, {}};
}

const Segments tried_in{{0, 1, 2}, {"a", "b", "c"}};

/// An option's entries in all groups.
std::vector<Entry> untold(const std::string& grade) {
  std::vector<Entry> made;
  for (std::size_t group = 0; group <= tried_in.ids.size(); ++group) {
    Entry entry;
    entry.group = group;
    entry.grade = grade;
    made.push_back(entry);
  }
  return made;
}

TEST(Trials, GradeWhatIsShown) {
  const auto trials = read_trials(found_of({"shown", "shown", "too few to tell"}), "m.h5");
  EXPECT_EQ(trials.arms, Texts{"mail"});
  auto found = untold("too few");
  add_trials(found, tried({"mail"}), tried_in, trials);
  EXPECT_EQ(found[0].trial.verdict, "raises");
  EXPECT_EQ(found[0].grade, "tested");
  EXPECT_EQ(found[0].trial.n, 500);
  EXPECT_EQ(found[1].trial.verdict, "too few to tell");
  EXPECT_EQ(found[1].grade, "too few");
  EXPECT_EQ(found[2].trial.verdict, "too few to tell");  // nobody of it was in the campaign
  EXPECT_EQ(found[2].trial.n, results::no_count);
  EXPECT_EQ(found[3].trial.lift, 0.1);
  EXPECT_EQ(found[3].grade, "tested");
}

TEST(Trials, LeaveNoClaimThatWasNotShown) {
  const auto trials = read_trials(found_of({"shown", "not shown", "shown"}), "m.h5");
  auto found = untold("tested");
  add_trials(found, tried({"post"}, {"mail"}, spec::Evidence::tested), tried_in, trials);
  EXPECT_EQ(found[0].grade, "observed");
  EXPECT_EQ(found[1].trial.verdict, "lowers");
  EXPECT_EQ(found[1].grade, "tested");
}

TEST(Trials, AreRefusedWhereTheyTellOfNothing) {
  const auto trials = read_trials(found_of({"shown", "shown", "shown"}), "m.h5");
  auto found = untold("observed");
  EXPECT_THROW(add_trials(found, tried({"post"}), tried_in, trials), core::Error);
  EXPECT_THROW(add_trials(found, tried({"post"}, {"male"}), tried_in, trials), core::Error);
  EXPECT_THROW(read_trials(found_of({"shown", "shown", "shown"}, {"all", "region", "region"}), "m.h5"),
               core::Error);
  EXPECT_THROW(read_trials({}, "m.h5"), core::Error);
}

}  // namespace
}  // namespace psychograph::playbook
