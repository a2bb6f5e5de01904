#include "behavior/period.hpp"

#include <fmt/format.h>

#include "core/time.hpp"

namespace psychograph::behavior {
namespace {

constexpr std::int64_t microseconds_in_hour = std::int64_t{3600} * 1'000'000;
constexpr std::int64_t microseconds_in_day = 24 * microseconds_in_hour;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// 1970-01-01 was a Thursday.
constexpr std::int64_t days_before_thursday = 3;

std::string week_name(std::int64_t number) {
  const auto thursday = number * 7;  // a week belongs to the year of its Thursday
  const auto year = core::date_of(thursday).year;
  const auto week = (thursday - core::days_of({year, 1, 1})) / 7 + 1;
  return fmt::format("{:04}-W{:02}", year, week);
}

}  // namespace

std::int64_t day_of(std::int64_t microseconds) { return floor_divide(microseconds, microseconds_in_day); }

bool is_in_calendar(std::int64_t microseconds) {
  static const auto first = core::days_of({1, 1, 1}) * microseconds_in_day;
  static const auto end = core::days_of({10000, 1, 1}) * microseconds_in_day;
  return microseconds >= first && microseconds < end;
}

int hour_of(std::int64_t microseconds) {
  return static_cast<int>((microseconds - day_of(microseconds) * microseconds_in_day) / microseconds_in_hour);
}

std::string day_text(std::int64_t day) {
  return core::time_text(day * microseconds_in_day, core::TimeUnit::days);
}

std::int64_t period_of(spec::Period period, std::int64_t day) {
  if (period == spec::Period::week) return floor_divide(day + days_before_thursday, 7);
  const auto date = core::date_of(day);
  const auto months = date.year * 12 + (static_cast<std::int64_t>(date.month) - 1);
  return period == spec::Period::month ? months : period == spec::Period::quarter ? months / 3 : date.year;
}

std::string period_name(spec::Period period, std::int64_t number) {
  switch (period) {
    case spec::Period::week:
      return week_name(number);
    case spec::Period::month:
      return fmt::format("{:04}-{:02}", number / 12, number % 12 + 1);
    case spec::Period::quarter:
      return fmt::format("{:04}-Q{}", number / 4, number % 4 + 1);
    case spec::Period::year:
      break;
  }
  return fmt::format("{:04}", number);
}

}  // namespace psychograph::behavior
