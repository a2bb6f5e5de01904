#include <gtest/gtest.h>

#include "core/time.hpp"

namespace psychograph::core {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86'400 * second;

TEST(Time, ReadsWhatIsoWrites) {
  EXPECT_EQ(read_time("1970-01-01"), (TimePoint{0, TimeUnit::days}));
  EXPECT_EQ(read_time("1969-12-31"), (TimePoint{-day, TimeUnit::days}));
  EXPECT_EQ(read_time("2000-03-01"), (TimePoint{11'017 * day, TimeUnit::days}));
  EXPECT_EQ(read_time("1970-01-02T00:00"), (TimePoint{day, TimeUnit::seconds}));
  EXPECT_EQ(read_time("1970-01-01 01:02:03"), (TimePoint{3723 * second, TimeUnit::seconds}));
  EXPECT_EQ(read_time("1970-01-01T00:00:00.25"), (TimePoint{second / 4, TimeUnit::milliseconds}));
  EXPECT_EQ(read_time("1970-01-01T00:00:00.000001"), (TimePoint{1, TimeUnit::microseconds}));
  EXPECT_EQ(read_time("1970-01-01T00:00:00.250000000"), (TimePoint{second / 4, TimeUnit::milliseconds}));
  EXPECT_EQ(read_time("1970-01-01T02:00:00Z"), (TimePoint{7200 * second, TimeUnit::seconds}));
  EXPECT_EQ(read_time("1970-01-01T02:00+02:00"), (TimePoint{0, TimeUnit::seconds}));
  EXPECT_EQ(read_time("1969-12-31T20:30-0330"), (TimePoint{0, TimeUnit::seconds}));
}

TEST(Time, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "2018",
                           "2018-1-01",
                           "2018-13-01",
                           "2018-02-29",
                           "2018-04-31",
                           "0000-01-01",
                           "2018-01-01x",
                           "2018-01-01T",
                           "2018-01-01T24:00",
                           "2018-01-01T12",
                           "2018-01-01T12:60",
                           "2018-01-01T12:00:60",
                           "2018-01-01T12:00:00.",
                           "2018-01-01T12:00:00.0000001",
                           "2018-01-01+01:00",
                           "2018-01-01T12:00+1",
                           "2018-01-01T12:30.5",
                           "2018-01-01T12:00+01:",
                           "2018/01/01",
                           "01-02-2018"})
    EXPECT_FALSE(read_time(text)) << text;
}

TEST(Time, IsWrittenAsItIsRead) {
  for (const char* text : {"1970-01-01", "1600-02-29", "9999-12-31", "0001-01-01"})
    EXPECT_EQ(time_text(read_time(text)->microseconds, TimeUnit::days), text);
  EXPECT_EQ(time_text(-1, TimeUnit::microseconds), "1969-12-31T23:59:59.999999");
  EXPECT_EQ(time_text(3723 * second, TimeUnit::seconds), "1970-01-01T01:02:03");
  EXPECT_EQ(time_text(second / 4, TimeUnit::milliseconds), "1970-01-01T00:00:00.250");
}

TEST(Time, KnowsUnits) {
  for (const auto unit : {TimeUnit::days, TimeUnit::seconds, TimeUnit::milliseconds, TimeUnit::microseconds})
    EXPECT_EQ(read_time_units(time_units(unit)), (TimeScale{microseconds_in(unit), 0, unit}));
  EXPECT_EQ(read_time_units("hours since 1970-01-02 00:00:00"),
            (TimeScale{3600 * second, day, TimeUnit::seconds}));
  EXPECT_EQ(read_time_units("day since 1970-01-01T12:00"), (TimeScale{day, day / 2, TimeUnit::seconds}));
  for (const char* text : {"", "days", "years since 1970-01-01", "days since then", "dayss since 1970-01-01"})
    EXPECT_FALSE(read_time_units(text)) << text;
}

TEST(Time, KnowsTheCalendar) {
  for (std::int64_t days = -800'000; days < 800'000; days += 997) EXPECT_EQ(days_of(date_of(days)), days);
  EXPECT_EQ(weekday_of(0), 3);   // a Thursday
  EXPECT_EQ(weekday_of(-4), 6);  // a Sunday
  EXPECT_EQ(weekday_of(days_of({2018, 1, 1})), 0);
}

}  // namespace
}  // namespace psychograph::core
