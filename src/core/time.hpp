// Points of time: as people write them (ISO 8601), and as files keep them (whole numbers "days since
// 1970-01-01", as the CF conventions of netCDF say it).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace psychograph::core {

/// What whole numbers count.
enum class TimeUnit : std::uint8_t { days, seconds, milliseconds, microseconds };

/// Microseconds in one.
std::int64_t microseconds_in(TimeUnit unit);

/// A point of time, in UTC or without any zone, in the years 1 to 9999.
struct TimePoint {
  std::int64_t microseconds = 0;         ///< since 1970-01-01T00:00
  TimeUnit written_in = TimeUnit::days;  ///< the coarsest unit that holds the way in which it is written

  friend bool operator==(const TimePoint&, const TimePoint&) = default;
};

/// "2018-01-31", "2018-01-31T12:30", "2018-01-31 12:30:15.250", the latter two also with Z or an offset
/// ("+01:00", which is taken off); nothing for any other text, a day that there is none of, and what is finer
/// than a microsecond.
std::optional<TimePoint> read_time(std::string_view text);

/// The same point as `read_time` reads: a date alone where the unit is days, else with the time of day.
std::string time_text(std::int64_t microseconds, TimeUnit unit);

/// How whole numbers stand for points of time: number · step + origin.
struct TimeScale {
  std::int64_t step = 0;           ///< microseconds
  std::int64_t origin = 0;         ///< microseconds since 1970-01-01T00:00
  TimeUnit unit = TimeUnit::days;  ///< the coarsest in which all of its points can be told

  friend bool operator==(const TimeScale&, const TimeScale&) = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& step& origin& unit;
  }
};

/// "days since 1970-01-01", of the unit's numbers since then.
std::string time_units(TimeUnit unit);

/// What such a text of a file says, of weeks, days, hours, minutes, seconds, milli- and microseconds since
/// any point of time; nothing for any other.
std::optional<TimeScale> read_time_units(std::string_view text);

/// The calendar of a day counted from 1970-01-01.
struct Date {
  std::int64_t year = 1970;
  unsigned month = 1;  ///< 1 to 12
  unsigned day = 1;    ///< 1 to 31
};
Date date_of(std::int64_t days);
std::int64_t days_of(const Date& date);
/// 0 is Monday.
int weekday_of(std::int64_t days);

}  // namespace psychograph::core
