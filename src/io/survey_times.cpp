#include "io/survey_times.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <cctype>

namespace psychograph::io {
namespace {

using core::TimeUnit;

constexpr std::int64_t microseconds_in_second = 1'000'000;
constexpr std::int64_t microseconds_in_day = 86'400 * microseconds_in_second;
constexpr std::int64_t microseconds_in_millisecond = 1'000;
constexpr double one_millisecond = 1'000;

// Days from 1970-01-01 to where programs begin to count.
constexpr std::int64_t gregorian = -141'428;  // 1582-10-14: SPSS
constexpr std::int64_t nineteen_sixty = -3'653;

/// Formats are told by their names, without the widths behind: DATE9., E8601DA10.
constexpr std::array<std::string_view, 8> spss_dates{"DATE",  "ADATE", "EDATE", "JDATE",
                                                     "SDATE", "QYR",   "MOYR",  "WKYR"};
constexpr std::array<std::string_view, 2> spss_times{"DATETIME", "YMDHMS"};
constexpr std::array<std::string_view, 31> sas_dates{
    "DATE",    "DAY",      "DDMMYY",   "DDMMYYB",  "DDMMYYC",  "DDMMYYD", "DDMMYYN", "DDMMYYP",
    "DDMMYYS", "MMDDYY",   "MMDDYYB",  "MMDDYYC",  "MMDDYYD",  "MMDDYYN", "MMDDYYP", "MMDDYYS",
    "YYMMDD",  "YYMMDDB",  "YYMMDDC",  "YYMMDDD",  "YYMMDDN",  "YYMMDDP", "YYMMDDS", "JULIAN",
    "MONYY",   "WEEKDATE", "WEEKDATX", "WORDDATE", "WORDDATX", "E8601DA", "B8601DA"};
constexpr std::array<std::string_view, 8> sas_times{"DATETIME", "DATEAMPM", "MDYAMPM", "E8601DT",
                                                    "B8601DT",  "DTDATE",   "DTMONYY", "DTWKDATX"};

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// "DATETIME20.3" is DATETIME, and "E8601DA10." is E8601DA: digits, points and what a point follows are off.
std::string name_in(const std::string& format) {
  auto name = format.substr(0, format.find('.'));
  while (!name.empty() && std::isdigit(static_cast<unsigned char>(name.back())) != 0) name.pop_back();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

std::optional<SurveyClock> stata_clock(std::string_view format) {
  if (!format.starts_with("%")) return std::nullopt;
  format.remove_prefix(format.starts_with("%-") ? 2 : 1);  // shown to the left
  if (format.starts_with("d") || format.starts_with("td"))
    return SurveyClock{nineteen_sixty, microseconds_in_day, TimeUnit::days};
  if (format.starts_with("tc"))
    return SurveyClock{nineteen_sixty, microseconds_in_millisecond, TimeUnit::seconds};
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> SurveyClock::read(double value) const {
  // Years 1 to 9999, from the first day to the last.
  static const auto first = core::days_of({1, 1, 1}) * microseconds_in_day;
  static const auto end = (core::days_of({9999, 12, 31}) + 1) * microseconds_in_day;
  const auto steps = static_cast<double>(step);
  if (!std::isfinite(value) || std::abs(value * steps) > 1e18) return std::nullopt;
  const double whole = std::floor(value);
  double rest = (value - whole) * steps;
  // Seconds since 1582 are no finer than two microseconds: what was a millisecond is one.
  const double milliseconds = std::round(rest / one_millisecond) * one_millisecond;
  if (std::abs(rest - milliseconds) <= 2) rest = milliseconds;
  const auto microseconds = origin * microseconds_in_day + static_cast<std::int64_t>(whole) * step +
                            static_cast<std::int64_t>(std::round(rest));
  if (microseconds < first || microseconds >= end) return std::nullopt;
  return microseconds;
}

std::optional<SurveyClock> survey_clock(SurveyFormat file, const std::string& format) {
  const auto name = name_in(format);
  switch (file) {
    case SurveyFormat::spss:
    case SurveyFormat::spss_portable:
      if (is_among(spss_dates, name)) return SurveyClock{gregorian, microseconds_in_second, TimeUnit::days};
      if (is_among(spss_times, name))
        return SurveyClock{gregorian, microseconds_in_second, TimeUnit::seconds};
      break;
    case SurveyFormat::stata:
      return stata_clock(format);
    case SurveyFormat::sas:
    case SurveyFormat::sas_transport:
      if (is_among(sas_dates, name)) return SurveyClock{nineteen_sixty, microseconds_in_day, TimeUnit::days};
      if (is_among(sas_times, name))
        return SurveyClock{nineteen_sixty, microseconds_in_second, TimeUnit::seconds};
      break;
  }
  return std::nullopt;
}

core::TimeUnit finer_unit(core::TimeUnit unit, std::int64_t microseconds) {
  while (unit != TimeUnit::microseconds && microseconds % core::microseconds_in(unit) != 0)
    unit = static_cast<TimeUnit>(static_cast<std::uint8_t>(unit) + 1);
  return unit;
}

}  // namespace psychograph::io
