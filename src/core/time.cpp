#include "core/time.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

namespace psychograph::core {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;

/// What is left of a text that is read from the left.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Exactly `count` digits, as a number from `least` to `most`.
  bool take_number(std::size_t count, std::int64_t least, std::int64_t most, std::int64_t& number) {
    if (text_.size() < count) return false;
    number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return false;
      number = number * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return number >= least && number <= most;
  }
  /// The digits of a fraction of a second, in microseconds; `digits`: how many it takes to tell it.
  bool take_fraction(std::int64_t& microseconds, std::size_t& digits) {
    std::size_t count = 0;
    std::int64_t weight = second / 10;
    microseconds = 0;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; text_.remove_prefix(1)) {
      const auto value = text_.front() - '0';
      if (value != 0 && weight == 0) return false;
      microseconds += value * weight;
      weight /= 10;
      ++count;
      if (value != 0) digits = count;
    }
    return count > 0;
  }

 private:
  std::string_view text_;
};

bool take_date(Reader& reader, std::int64_t& days) {
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t of_month = 0;
  if (!reader.take_number(4, 1, 9999, year) || !reader.take('-') || !reader.take_number(2, 1, 12, month) ||
      !reader.take('-') || !reader.take_number(2, 1, 31, of_month))
    return false;
  const Date date{year, static_cast<unsigned>(month), static_cast<unsigned>(of_month)};
  days = days_of(date);
  return date_of(days).day == date.day;
}

/// HH:MM, with seconds and their fraction if they are there.
bool take_clock(Reader& reader, TimePoint& point) {
  std::int64_t hours = 0;
  std::int64_t minutes = 0;
  std::int64_t seconds = 0;
  if (!reader.take_number(2, 0, 23, hours) || !reader.take(':') || !reader.take_number(2, 0, 59, minutes))
    return false;
  const bool has_seconds = reader.take(':');
  if (has_seconds && !reader.take_number(2, 0, 59, seconds)) return false;
  point.microseconds += hours * hour + minutes * minute + seconds * second;
  point.written_in = TimeUnit::seconds;
  if (!has_seconds || !reader.take('.')) return true;
  std::int64_t fraction = 0;
  std::size_t digits = 0;
  if (!reader.take_fraction(fraction, digits)) return false;
  point.microseconds += fraction;
  if (digits > 0) point.written_in = digits <= 3 ? TimeUnit::milliseconds : TimeUnit::microseconds;
  return true;
}

/// Z, +01, +01:00, -0330; none is none.
bool take_offset(Reader& reader, std::int64_t& offset) {
  const bool before = reader.take('-');
  if (!before && !reader.take('+')) {
    reader.take('Z');
    return true;
  }
  std::int64_t hours = 0;
  std::int64_t minutes = 0;
  if (!reader.take_number(2, 0, 23, hours)) return false;
  const bool has_minutes = reader.take(':') || !reader.done();
  if (has_minutes && !reader.take_number(2, 0, 59, minutes)) return false;
  offset = (before ? -1 : 1) * (hours * hour + minutes * minute);
  return true;
}

/// The largest multiple of `step` that is not above.
std::int64_t floor_divide(std::int64_t value, std::int64_t step) {
  return value / step - (value % step < 0 ? 1 : 0);
}

}  // namespace

std::int64_t microseconds_in(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::days:
      return day;
    case TimeUnit::seconds:
      return second;
    case TimeUnit::milliseconds:
      return second / 1000;
    case TimeUnit::microseconds:
      break;
  }
  return 1;
}

std::optional<TimePoint> read_time(std::string_view text) {
  Reader reader(text);
  TimePoint point;
  std::int64_t days = 0;
  if (!take_date(reader, days)) return std::nullopt;
  point.microseconds = days * day;
  if (reader.done()) return point;
  if (!reader.take('T') && !reader.take(' ')) return std::nullopt;
  std::int64_t offset = 0;
  if (!take_clock(reader, point) || !take_offset(reader, offset) || !reader.done()) return std::nullopt;
  point.microseconds -= offset;
  return point;
}

std::string time_text(std::int64_t microseconds, TimeUnit unit) {
  const auto days = floor_divide(microseconds, day);
  const auto of_day = microseconds - days * day;
  const auto date = date_of(days);
  auto text = fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
  if (unit == TimeUnit::days) return text;
  text += fmt::format("T{:02}:{:02}:{:02}", of_day / hour, of_day / minute % 60, of_day / second % 60);
  if (unit == TimeUnit::milliseconds) text += fmt::format(".{:03}", of_day / 1000 % 1000);
  if (unit == TimeUnit::microseconds) text += fmt::format(".{:06}", of_day % second);
  return text;
}

std::string time_units(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::days:
      return "days since 1970-01-01";
    case TimeUnit::seconds:
      return "seconds since 1970-01-01T00:00:00";
    case TimeUnit::milliseconds:
      return "milliseconds since 1970-01-01T00:00:00";
    case TimeUnit::microseconds:
      break;
  }
  return "microseconds since 1970-01-01T00:00:00";
}

std::optional<TimeScale> read_time_units(std::string_view text) {
  struct Word {
    std::string_view name;
    TimeScale scale;
  };
  static constexpr std::array words{Word{"week", {7 * day, 0, TimeUnit::days}},
                                    Word{"day", {day, 0, TimeUnit::days}},
                                    Word{"hour", {hour, 0, TimeUnit::seconds}},
                                    Word{"minute", {minute, 0, TimeUnit::seconds}},
                                    Word{"second", {second, 0, TimeUnit::seconds}},
                                    Word{"millisecond", {second / 1000, 0, TimeUnit::milliseconds}},
                                    Word{"microsecond", {1, 0, TimeUnit::microseconds}}};
  constexpr std::string_view since = " since ";
  const auto at = text.find(since);
  if (at == std::string_view::npos) return std::nullopt;
  const auto origin = read_time(text.substr(at + since.size()));
  if (!origin) return std::nullopt;
  auto name = text.substr(0, at);
  if (name.ends_with('s')) name.remove_suffix(1);
  for (const auto& word : words) {
    if (word.name != name) continue;
    auto scale = word.scale;
    scale.origin = origin->microseconds;
    // A scale of days from noon on has points that no date tells.
    const bool fits = scale.origin % microseconds_in(scale.unit) == 0;
    if (!fits) scale.unit = std::max(scale.unit, origin->written_in);
    return scale;
  }
  return std::nullopt;
}

Date date_of(std::int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day())};
}

std::int64_t days_of(const Date& date) {
  const std::chrono::year_month_day day{std::chrono::year{static_cast<int>(date.year)},
                                        std::chrono::month{date.month}, std::chrono::day{date.day}};
  return std::chrono::sys_days{day}.time_since_epoch().count();
}

int weekday_of(std::int64_t days) {
  constexpr std::int64_t thursday = 3;  // 1970-01-01
  constexpr std::int64_t week = 7;
  return static_cast<int>(((days + thursday) % week + week) % week);
}

}  // namespace psychograph::core
