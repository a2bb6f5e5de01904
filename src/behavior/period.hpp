// Periods of the calendar, numbered so that neighbours differ by 1. Local and pure.
#pragma once

#include <cstdint>
#include <string>

#include "spec/events.hpp"

namespace psychograph::behavior {

/// The day that a point of time lies in: days since 1970-01-01, as microseconds since then are.
std::int64_t day_of(std::int64_t microseconds);
/// Whether it lies in the years 1 to 9999: periods and days beyond have no names.
bool is_in_calendar(std::int64_t microseconds);
/// The hour of that day, 0 to 23.
int hour_of(std::int64_t microseconds);

/// "2018-01-31"
std::string day_text(std::int64_t day);

/// The period that a day (since 1970-01-01) lies in. Weeks begin on Monday.
std::int64_t period_of(spec::Period period, std::int64_t day);
/// "2017", "2017-Q3", "2017-03", or "2017-W09" as ISO 8601 counts weeks.
std::string period_name(spec::Period period, std::int64_t number);

}  // namespace psychograph::behavior
