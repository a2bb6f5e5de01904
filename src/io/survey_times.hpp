// Which variables of a survey are dates, by the format in which their program shows them, and what their
// numbers count. Local.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.hpp"
#include "io/survey_file.hpp"

namespace psychograph::io {

/// Numbers that count time since a day.
struct SurveyClock {
  std::int64_t origin = 0;  ///< days since 1970-01-01
  std::int64_t step = 0;    ///< microseconds: what 1 stands for
  core::TimeUnit at_least = core::TimeUnit::days;

  /// The point that `value` stands for, in microseconds since 1970-01-01, to the nearest (to the nearest
  /// millisecond where the double is not finer than that); nothing outside the years 1 to 9999.
  [[nodiscard]] std::optional<std::int64_t> read(double value) const;
};

/// Nothing for numbers that are no points of time: times of day and durations; weekdays and months alone;
/// Stata's weeks, months, quarters and half-years, and its seconds that count leap seconds (%tC).
std::optional<SurveyClock> survey_clock(SurveyFormat file, const std::string& format);

/// The coarsest unit that holds the point, and is no coarser than `unit`.
core::TimeUnit finer_unit(core::TimeUnit unit, std::int64_t microseconds);

}  // namespace psychograph::io
