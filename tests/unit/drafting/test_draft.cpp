// Drafts of specs: what columns are guessed to be, and that what is written is a spec.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "drafting/draft.hpp"
#include "drafting/guess.hpp"
#include "spec/parse.hpp"

namespace psychograph::drafting {
namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Cells that go through `values` again and again.
ColumnFacts column(const std::string& name, const std::vector<double>& values, const Labels& labels = {},
                   const std::string& label = {}) {
  ColumnFacts facts;
  facts.name = name;
  facts.label = label;
  facts.labels = labels;
  std::vector<double> cells;
  for (std::size_t row = 0; row < 100; ++row) cells.push_back(values[row % values.size()]);
  see_numbers(facts, cells);
  return facts;
}

std::vector<double> count_to(int end) {
  std::vector<double> numbers;
  for (int i = 1; i <= end; ++i) numbers.push_back(i);
  return numbers;
}

Guess guess_of(const ColumnFacts& one) { return guess({one}).front(); }

TEST(Draft, FindsItemsOnOneScale) {
  std::vector<ColumnFacts> columns;
  for (const char* name : {"Q1_1", "Q1_2", "Q1_3"}) columns.push_back(column(name, count_to(5)));
  columns.push_back(column("Q1_4", {1, 2, 3, 4}));  // nobody said 5
  columns.push_back(column("children", count_to(5)));
  const auto found = guess(columns);
  for (std::size_t c = 0; c < 4; ++c) {
    EXPECT_EQ(found[c].scale, found[0].scale);
    EXPECT_FALSE(found[c].scale.empty());
    EXPECT_EQ(found[c].kind, spec::Kind::ordinal);
    EXPECT_EQ(found[c].facet, spec::Facet::psychographic);
  }
  EXPECT_EQ(found[4].facet, spec::Facet::demographic);
  EXPECT_EQ(found[4].kind, spec::Kind::numeric);
}

TEST(Draft, GuessesFacetsByNamesAndLabels) {
  EXPECT_EQ(guess_of(column("zip_region", count_to(8))).use, Use::left_out);
  EXPECT_EQ(guess_of(column("Region", count_to(8))).facet, spec::Facet::geographic);
  EXPECT_EQ(guess_of(column("d7", count_to(40), {}, "How old are you?")).facet, spec::Facet::demographic);
  EXPECT_EQ(guess_of(column("homeOwner", {0, 1})).facet, spec::Facet::demographic);
  EXPECT_EQ(guess_of(column("spend", {1.5, 2, 9})).facet, spec::Facet::behavioral);
  EXPECT_EQ(guess_of(column("HH_income", count_to(9))).use, Use::described);
  EXPECT_EQ(guess_of(column("s1", {1, 2}, {}, "What is your gender?")).use, Use::described);
  EXPECT_EQ(guess_of(column("message", count_to(9))).facet, spec::Facet::behavioral);  // no age
}

TEST(Draft, SeesCodesOfNoAnswerThatNobodyLabelled) {
  const auto codes = [](const std::vector<double>& values) { return column("q1", values).no_answer; };
  EXPECT_EQ(codes({1, 2, 3, 4, 5, -9}), (std::vector<double>{-9}));
  EXPECT_EQ(codes({1, 2, 3, 4, 5, 99, -1}), (std::vector<double>{-1, 99}));
  EXPECT_EQ(codes({18, 40, 77, 99, -99}), (std::vector<double>{-99}));  // ages
  EXPECT_TRUE(codes({-9, -3, 2, 5}).empty());                           // differences
  EXPECT_TRUE(codes({1.5, 2, -9}).empty());
  EXPECT_TRUE(codes({0, 1, 2, 99, 40}).empty());
  EXPECT_TRUE(codes({1, -9}).empty());  // two answers, whatever they are
  std::vector<ColumnFacts> columns;
  for (const char* name : {"Q1_1", "Q1_2", "Q1_3"}) columns.push_back(column(name, {1, 2, 3, 4, 5, -9}));
  EXPECT_FALSE(guess(columns).front().scale.empty());
  const auto text = draft(columns, "t.h5", "d.toml", 100).text;
  EXPECT_NE(text.find("missing_values = [-9]    # no answers, by the look of them"), std::string::npos)
      << text;
}

TEST(Draft, TellsCodesOfWhatIsDescribed) {
  const Labels refused{{"99", "Refused"}};
  auto income = column("income", {1, 2, 3, 99}, refused);
  auto sex = column("sex", {1, 2});
  EXPECT_NE(draft({income, sex}, "t.h5", "d.toml", 100).text.find("missing_values = [99]"),
            std::string::npos);
  auto salary = column("salary", {50, 99, 150});  // in which it is an amount
  EXPECT_EQ(draft({income, salary}, "t.h5", "d.toml", 100).text.find("missing_values"), std::string::npos);
}

TEST(Draft, GuessesKinds) {
  EXPECT_EQ(guess_of(column("visited", {0, 1})).kind, spec::Kind::binary);
  EXPECT_EQ(guess_of(column("brand", {1, 2, 3}, {{"1", "Own"}, {"2", "A"}, {"3", "B"}})).kind,
            spec::Kind::categorical);
  EXPECT_EQ(guess_of(column("use", {1, 2, 3}, {{"1", "Never"}, {"2", "Weekly"}, {"3", "Daily"}})).kind,
            spec::Kind::ordinal);
  EXPECT_EQ(guess_of(column("mood", count_to(7), {{"1", "Awful"}, {"7", "Fine"}})).kind, spec::Kind::ordinal);
  auto nominal = column("group", {1, 2, 3});
  nominal.kind = "categorical";
  EXPECT_EQ(guess_of(nominal).kind, spec::Kind::categorical);
  std::vector<double> amounts(99, 10);
  amounts[7] = 12;
  amounts[50] = 100000;
  EXPECT_TRUE(guess_of(column("amount", amounts)).long_tail);
}

TEST(Draft, LeavesOutWhatCantBeUsed) {
  const auto why = [](const ColumnFacts& one) { return guess_of(one).why; };
  EXPECT_NE(why(column("x", {3})), "");
  EXPECT_NE(why(column("x", {missing})), "");
  EXPECT_NE(why(column("x", {1, 2, missing, missing, missing})), "");
  EXPECT_NE(why(column("wt", {0.5, 1.5})), "");
  EXPECT_NE(why(column("x", count_to(100))), "");
  auto date = column("x", count_to(30));
  date.time = true;
  EXPECT_NE(why(date), "");
  EXPECT_EQ(why(column("x", count_to(30))), "");
}

TEST(Draft, TakesNoAnswersForMissing) {
  EXPECT_TRUE(says_no_answer("Don\u2019t know"));
  EXPECT_TRUE(says_no_answer("REFUSED"));
  EXPECT_FALSE(says_no_answer("I know it well"));
  const auto facts = column("q", {1, 2, 3, 99, missing}, {{"1", "Low"}, {"3", "High"}, {"99", "Don't know"}});
  EXPECT_EQ(facts.no_answer, std::vector<double>{99});
  EXPECT_EQ(facts.highest, 3);
  EXPECT_EQ(facts.missing, 40);
  const auto made = draft({facts}, "t.h5", "d.toml", 100);
  EXPECT_NE(made.text.find("missing_values = [99]"), std::string::npos);
}

TEST(Draft, IsASpecWhateverColumnsAreCalled) {
  std::vector<ColumnFacts> columns;
  for (const char* name : {"a\"b", "c\\d", "new\nline", "[x]", "#", "\u00e4", "q1", "q2", "q3", "respid"})
    columns.push_back(column(name, count_to(5), {}, "say \"x\"\n[[features]]"));
  columns.back() = column("respid", count_to(100));
  const auto made = draft(columns, "my \"table\".h5", "d.toml", 100);
  ASSERT_TRUE(made.has_features);
  const auto spec = spec::parse(made.text, "d.toml", {}, spec::Purpose::segment);
  EXPECT_EQ(spec.input.files, std::vector<std::string>{"my \"table\".h5"});
  EXPECT_EQ(spec.input.id, "respid");
  std::size_t named = 0;
  for (const auto& block : spec.features) named += block.columns.size();
  EXPECT_EQ(named, 9U);
}

TEST(Draft, SaysWhereThereIsNothing) {
  EXPECT_FALSE(draft({column("x", {1})}, "t.h5", "d.toml", 100).has_features);
}

TEST(Draft, KnowsStems) {
  EXPECT_EQ(stem_of("A1"), "A");
  EXPECT_EQ(stem_of("Q5_12"), "Q5");
  EXPECT_EQ(stem_of("age"), "");
  EXPECT_EQ(stem_of("12"), "");
}

}  // namespace
}  // namespace psychograph::drafting
