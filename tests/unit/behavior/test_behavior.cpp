// What is made of one customer's events, of money, of days and of scores.
#include <array>
#include <numeric>
#include <set>

#include <gtest/gtest.h>
#include <random>

#include "behavior/cells.hpp"
#include "behavior/event.hpp"
#include "behavior/fold.hpp"
#include "behavior/growth.hpp"
#include "behavior/period.hpp"
#include "behavior/withheld_growth.hpp"
#include "behavior/withheld_sum.hpp"
#include "core/time.hpp"
#include "spec/rfm_rules.hpp"

namespace psychograph::behavior {
namespace {

constexpr std::int64_t hour = std::int64_t{3600} * 1'000'000;
constexpr std::int64_t day = 24 * hour;

Event event(std::int64_t on, std::uint64_t basket, std::int64_t value, std::int32_t category = no_level,
            std::int16_t channel = no_level) {
  Event made;
  made.time = on * day + 9 * hour;
  made.basket = basket;
  made.value = value;
  made.quantity = 2;
  made.category = category;
  made.channel = channel;
  return made;
}

Folding folding() {
  Folding made;
  made.as_of = 110;
  made.split = 105;
  made.with_baskets = true;
  made.daypart_hours = {0, 6, 12, 18};
  made.channels = 2;
  made.categories = 1;
  made.category_places = {no_level, 0, no_level};
  return made;
}

std::vector<std::int64_t> fold(std::vector<Event> events, const Folding& folding) {
  std::vector<std::int64_t> out(folding.size());
  Folder().fold(events, folding, out);
  return out;
}

TEST(Fold, CountsLinesAndBaskets) {
  const auto how = folding();
  const auto out = fold({event(100, 1, 150, 1, 0), event(100, 1, -50, 2, 1), event(104, 2, 30, 1, 1),
                         event(106, no_basket, 7), event(106, no_basket, 7)},
                        how);
  EXPECT_EQ(out[figure::ever_first_day], 100);
  EXPECT_EQ(out[figure::last_day], 106);
  EXPECT_EQ(out[figure::lines], 5);
  EXPECT_EQ(out[figure::baskets], 4);  // those without one are one each
  EXPECT_EQ(out[figure::value], 144);
  EXPECT_EQ(out[figure::quantity], 10);
  EXPECT_EQ(out[figure::breadth], 2);
  EXPECT_EQ(out[figure::top_category], 1);
  EXPECT_EQ(out[how.category_at(0)], 2);
  EXPECT_EQ(out[figure::with_channel], 2);
  EXPECT_EQ(out[how.channel_at(0)], 1);  // a basket is where its first line is
  EXPECT_EQ(out[how.channel_at(1)], 1);
  EXPECT_EQ(out[how.daypart_at(1)], 4);
  EXPECT_EQ(out[how.weekday_at(static_cast<std::size_t>(core::weekday_of(100)))], 1);
  EXPECT_EQ(out[figure::early_baskets], 2);
  EXPECT_EQ(out[figure::late_value], 14);
}

TEST(Fold, LooksAtTheWindow) {
  auto how = folding();
  how.from = 103;
  const std::vector<Event> events{event(90, 1, 100), event(104, 2, 30), event(110, 3, 1000)};
  const auto out = fold(events, how);
  EXPECT_EQ(out[figure::ever_first_day], 90);
  EXPECT_EQ(out[figure::ever_last_day], 104);  // the as-of date is none of it
  EXPECT_EQ(out[figure::baskets], 1);
  EXPECT_EQ(out[figure::value], 30);
  const auto nothing = fold({event(110, 3, 1000)}, how);
  EXPECT_EQ(nothing[figure::ever_last_day], no_day);
  EXPECT_EQ(nothing[figure::top_category], no_level);
  how.from = 105;
  EXPECT_EQ(fold(events, how)[figure::baskets], 0);
  EXPECT_EQ(fold(events, how)[figure::ever_last_day], 104);
}

TEST(Fold, PutsTheNightIntoTheLastPartOfTheDay) {
  const std::vector<std::int64_t> hours{6, 12, 20};
  EXPECT_EQ(daypart_of(hours, 6), 0U);
  EXPECT_EQ(daypart_of(hours, 19), 1U);
  EXPECT_EQ(daypart_of(hours, 23), 2U);
  EXPECT_EQ(daypart_of(hours, 5), 2U);
}

TEST(Event, KeysAreOfValues) {
  EXPECT_EQ(id_key("17"), id_key(std::int64_t{17}));
  EXPECT_EQ(integer_of(id_key("-9223372036854775808")), INT64_MIN);
  for (const char* text : {"017", "-0", "+17", "17 ", "9223372036854775808", "", "a17"})
    EXPECT_FALSE(is_integer(id_key(text))) << text;
  EXPECT_LT(id_key(-5).high, id_key(3).high);
  EXPECT_NE(basket_key(0), no_basket);
  EXPECT_EQ(basket_key("12"), basket_key(12));
}

TEST(Amount, IsReadToTheSmallestUnit) {
  const auto units = [](std::string_view text, std::int64_t decimals = 2, bool round = false) {
    const auto amount = read_amount(text, decimals, round);
    EXPECT_EQ(amount.fault, AmountFault::none) << text;
    return amount.units;
  };
  EXPECT_EQ(units("12.50"), 1250);
  EXPECT_EQ(units("-0.1"), -10);
  EXPECT_EQ(units(".5"), 50);
  EXPECT_EQ(units("7"), 700);
  EXPECT_EQ(units("7.000"), 700);
  EXPECT_EQ(units("+1e2"), 10000);
  EXPECT_EQ(units("0.29"), 29);
  EXPECT_EQ(units("4.440892e-16"), 0);  // what arithmetic has left of 0
  EXPECT_EQ(units("3.4500000000000002"), 345);
  EXPECT_EQ(units("2.345", 2, true), 235);
  EXPECT_EQ(units("-2.344", 2, true), -234);
  EXPECT_EQ(units("5", 0), 5);
  EXPECT_EQ(read_amount("1,25", 2, false, ',').units, 125);
}

TEST(Amount, SaysWhatIsWrong) {
  const auto fault = [](std::string_view text) { return read_amount(text, 2, false).fault; };
  EXPECT_EQ(fault("12.345"), AmountFault::too_fine);
  for (const char* text : {"", "-", ".", "1.2.3", "12a", "$5", "inf", "nan"})
    EXPECT_EQ(fault(text), AmountFault::no_number) << text;
  EXPECT_EQ(fault("90071992547409.93"), AmountFault::too_large);
  EXPECT_EQ(fault("1e300"), AmountFault::too_large);
  EXPECT_EQ(read_amount(0.125, 2, false).fault, AmountFault::too_fine);
  EXPECT_EQ(read_amount(static_cast<double>(19.99F), 2, false, true).units, 1999);
}

TEST(Truth, IsANumberOrAWord) {
  for (const char* yes : {"1", "0.5", "-2", "TRUE", "yes"}) EXPECT_EQ(read_truth(yes), true) << yes;
  for (const char* no : {"", "0", "0.00", "False", "no"}) EXPECT_EQ(read_truth(no), false) << no;
  EXPECT_FALSE(read_truth("perhaps"));
}

TEST(Period, FollowsTheCalendar) {
  using spec::Period;
  const auto name = [](Period period, std::int64_t year, unsigned month, unsigned on) {
    return period_name(period, period_of(period, core::days_of({year, month, on})));
  };
  EXPECT_EQ(name(Period::month, 2017, 12, 31), "2017-12");
  EXPECT_EQ(name(Period::quarter, 2017, 4, 1), "2017-Q2");
  EXPECT_EQ(name(Period::year, 1969, 12, 31), "1969");
  EXPECT_EQ(name(Period::week, 2017, 1, 1), "2016-W52");  // ISO 8601
  EXPECT_EQ(name(Period::week, 2018, 12, 31), "2019-W01");
  EXPECT_EQ(name(Period::week, 2015, 12, 31), "2015-W53");
  EXPECT_EQ(day_of(-1), -1);
  EXPECT_EQ(hour_of(-1), 23);
  EXPECT_EQ(day_text(17'531), "2017-12-31");
}

TEST(RfmRules, NameEveryCombinationOnce) {
  const auto rules = spec::usual_rfm_rules();
  EXPECT_EQ(spec::find_rule_fault(rules, 5), "");
  std::set<std::size_t> used;
  int combinations = 0;
  for (std::int64_t r = 1; r <= 5; ++r) {
    for (std::int64_t f = 1; f <= 5; ++f) {
      for (std::int64_t m = 1; m <= 5; ++m, ++combinations) {
        int fitting = 0;
        for (const auto& rule : rules) fitting += spec::rule_of(std::span(&rule, 1), {r, f, m}) ? 1 : 0;
        EXPECT_EQ(fitting, 1) << r << f << m;
        used.insert(*spec::rule_of(rules, {r, f, m}));
      }
    }
  }
  EXPECT_EQ(combinations, 125);
  EXPECT_EQ(used.size(), rules.size());
  EXPECT_NE(spec::find_rule_fault(std::span(rules).first(9), 5), "");
}

/// Growth of random customers, and the same counted the long way.
TEST(Growth, AccountsForEveryUnit) {
  std::mt19937 random(3);
  constexpr std::size_t periods = 9;
  Growth growth(1, periods);
  std::vector<std::array<std::int64_t, periods>> spent;
  std::vector<std::array<bool, periods>> active;
  for (int customer = 0; customer < 400; ++customer) {
    auto& money = spent.emplace_back();
    auto& there = active.emplace_back();
    std::vector<PeriodSum> sums;
    for (std::size_t p = 0; p < periods; ++p) {
      there[p] = random() % 3 == 0;
      money[p] = there[p] ? static_cast<std::int64_t>(random() % 10'000) - 500 : 0;
      if (there[p]) sums.push_back({static_cast<std::int64_t>(p), 1, money[p]});
    }
    growth.add(0, sums);
  }
  for (std::size_t p = 0; p < periods; ++p) {
    const auto& now = growth.at(0, p);
    std::int64_t retained = 0;
    std::int64_t fresh = 0;
    std::int64_t value = 0;
    for (std::size_t c = 0; c < spent.size(); ++c) {
      value += spent[c][p];
      if (!active[c][p]) continue;
      retained += p > 0 && active[c][p - 1] ? 1 : 0;
      fresh += std::find(active[c].begin(), active[c].begin() + static_cast<std::ptrdiff_t>(p), true) ==
                       active[c].begin() + static_cast<std::ptrdiff_t>(p)
                   ? 1
                   : 0;
    }
    EXPECT_EQ(now.value, value);
    EXPECT_EQ(now.retained, retained);
    EXPECT_EQ(now.fresh, fresh);
    EXPECT_EQ(now.active, now.retained + now.fresh + now.reactivated);
    if (p == 0) continue;
    const auto& before = growth.at(0, p - 1);
    EXPECT_EQ(now.lapsed, before.active - now.retained);
    EXPECT_EQ(now.value - before.value,
              now.value_fresh + now.value_reactivated + now.expansion - now.contraction - now.value_lapsed);
    EXPECT_EQ(growth.cohort(0, p, 0).active, now.fresh);
  }
}

/// So many customers of a group, who are active in these periods of two.
void add(Growth& growth, std::size_t group, int customers, bool first, bool second) {
  std::vector<PeriodSum> sums;
  if (first) sums.push_back({0, 1, 10});
  if (second) sums.push_back({1, 1, 10});
  for (int i = 0; i < customers; ++i) {
    growth.add(0, sums);
    growth.add(group, sums);
  }
}

TEST(WithheldGrowth, TakesTheNextSmallestGroup) {
  Growth growth(4, 2);
  add(growth, 1, 50, true, true);
  add(growth, 1, 2, true, false);  // the only few
  add(growth, 2, 20, true, true);
  add(growth, 3, 30, true, true);
  const WithheldGrowth hidden(growth, 5);
  for (std::size_t g = 0; g < 4; ++g) {
    EXPECT_FALSE(hidden.row(g, 0)) << g;
    EXPECT_FALSE(hidden.cohort(g, 0, 0)) << g;
  }
  // Everybody's lapsed are few, too.
  EXPECT_TRUE(hidden.row(0, 1) && hidden.row(1, 1) && !hidden.row(3, 1));
  const WithheldGrowth open(growth, 0);
  EXPECT_FALSE(open.row(1, 1) || open.cohort(1, 0, 1));
}

TEST(WithheldGrowth, TakesAnotherGroupWhereEverybodyIsTold) {
  Growth growth(4, 2);
  add(growth, 1, 50, true, true);
  add(growth, 1, 2, true, false);
  add(growth, 2, 20, true, true);
  add(growth, 3, 30, true, true);
  add(growth, 3, 9, true, false);
  const WithheldGrowth hidden(growth, 5);
  EXPECT_TRUE(hidden.row(1, 1) && hidden.row(2, 1));
  EXPECT_FALSE(hidden.row(0, 1) || hidden.row(3, 1));
  EXPECT_TRUE(hidden.cohort(1, 0, 1) && hidden.cohort(2, 0, 1));
  EXPECT_FALSE(hidden.cohort(0, 0, 1) || hidden.cohort(3, 0, 1));
}

TEST(WithheldGrowth, TakesEverybodyWhereThereIsNoOtherGroup) {
  Growth growth(3, 2);
  add(growth, 1, 3, true, true);
  add(growth, 1, 50, false, true);
  const WithheldGrowth hidden(growth, 5);
  EXPECT_TRUE(hidden.row(1, 0) && hidden.row(0, 0));
  EXPECT_TRUE(hidden.row(1, 1) && hidden.row(0, 1));  // what follows on it
}

TEST(WithheldSum, AsksForMoreUntilNothingFollows) {
  std::vector<SumCell> cells{{3, true}, {0, false}, {40, false}, {9, false}, {9, false, 1}};
  EXPECT_EQ(next_to_withhold(cells, false, 10), 3U);
  cells[3].withheld = true;
  EXPECT_EQ(next_to_withhold(cells, false, 10), std::nullopt);
  EXPECT_EQ(next_to_withhold(cells, false, 20), 2U);  // 12 people are few, too
  EXPECT_EQ(next_to_withhold(std::vector<SumCell>{{3, true}, {0, false}}, false, 10), 2U);
  EXPECT_EQ(next_to_withhold(std::vector<SumCell>{{30, false}, {20, false}}, true, 10), 1U);
  EXPECT_EQ(next_to_withhold(std::vector<SumCell>{{30, false}, {20, false}}, false, 10), std::nullopt);
}

TEST(Growth, CountsABasketInEachOfItsPeriods) {
  std::vector<PeriodSum> sums;
  const std::vector<Event> events{event(30, 1, 5), event(30, 1, 5), event(31, 1, 5), event(31, no_basket, 1)};
  sum_by_period(events, spec::Period::month, period_of(spec::Period::month, 0), true, sums);
  ASSERT_EQ(sums.size(), 2U);
  EXPECT_EQ(sums[0].period, 0);
  EXPECT_EQ(sums[0].baskets, 1);
  EXPECT_EQ(sums[0].value, 10);
  EXPECT_EQ(sums[1].baskets, 2);
}

}  // namespace
}  // namespace psychograph::behavior
