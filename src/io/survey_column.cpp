#include "io/survey_column.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace psychograph::io {
namespace {

/// What an attribute lists of values that count as missing, at the most.
constexpr std::size_t most_missing_values = 1000;
/// A categorical feature has no more levels.
constexpr std::size_t most_levels = 1000;
/// Below it a double tells every whole number.
constexpr double exact_below = 0x1p53;

template <class Integer>
bool holds(double lowest, double highest) {
  return lowest >= static_cast<double>(std::numeric_limits<Integer>::min()) &&
         highest <= static_cast<double>(std::numeric_limits<Integer>::max());
}

template <class Value>
void put(Value value, std::byte* out) {
  std::memcpy(out, &value, sizeof value);
}

/// A whole number in the range of its type; false where it is none.
template <class Integer>
bool put_whole(double number, std::byte* out) {
  if (!(number == std::floor(number)) || !(std::abs(number) < exact_below) || !holds<Integer>(number, number))
    return false;
  put(static_cast<Integer>(number), out);
  return true;
}

}  // namespace

std::optional<core::TimeUnit> time_unit(SurveyType type) {
  switch (type) {
    case SurveyType::days:
      return core::TimeUnit::days;
    case SurveyType::seconds:
      return core::TimeUnit::seconds;
    case SurveyType::milliseconds:
      return core::TimeUnit::milliseconds;
    case SurveyType::microseconds:
      return core::TimeUnit::microseconds;
    default:
      return std::nullopt;
  }
}

std::string type_name(SurveyType type, std::size_t length) {
  switch (type) {
    case SurveyType::int8:
      return "int8";
    case SurveyType::int16:
      return "int16";
    case SurveyType::int32:
      return "int32";
    case SurveyType::int64:
      return "int64";
    case SurveyType::float64:
      return "float64";
    case SurveyType::text:
      return fmt::format("text, {} byte{}", length, length == 1 ? "" : "s");
    case SurveyType::days:
      return "days";
    case SurveyType::seconds:
      return "seconds";
    case SurveyType::milliseconds:
      return "milliseconds";
    case SurveyType::microseconds:
      break;
  }
  return "microseconds";
}

std::size_t SurveyColumn::width() const {
  switch (type) {
    case SurveyType::int8:
      return 1;
    case SurveyType::int16:
      return 2;
    case SurveyType::int32:
      return 4;
    case SurveyType::text:
      return length;
    default:
      return 8;
  }
}

bool SurveyColumn::is_user_missing(const SurveyCell& cell) const {
  if (type == SurveyType::text)
    return std::any_of(missing_text_ranges.begin(), missing_text_ranges.end(), [&](const auto& range) {
      return range.first <= cell.text && cell.text <= range.second;
    });
  return std::any_of(missing_ranges.begin(), missing_ranges.end(), [&](const auto& range) {
    return range.first <= cell.number && cell.number <= range.second;
  });
}

bool SurveyColumn::store(const SurveyCell& cell, std::byte* out) const {
  const bool without = !keeps_user_missing && is_user_missing(cell);
  switch (type) {
    case SurveyType::int8:
      return put_whole<std::int8_t>(cell.number, out);
    case SurveyType::int16:
      return put_whole<std::int16_t>(cell.number, out);
    case SurveyType::int32:
      return put_whole<std::int32_t>(cell.number, out);
    case SurveyType::int64:
      return put_whole<std::int64_t>(cell.number, out);
    case SurveyType::float64:
      put(without || std::isnan(cell.number) ? std::numeric_limits<double>::quiet_NaN() : cell.number, out);
      return true;
    case SurveyType::text: {
      const std::size_t bytes = without ? 0 : cell.text.size();
      if (bytes > length) return false;
      std::memcpy(out, cell.text.data(), bytes);
      std::memset(out + bytes, 0, length - bytes);
      return true;
    }
    default:
      break;
  }
  std::optional<std::int64_t> point;
  if (!without && !std::isnan(cell.number)) {
    point = clock.read(cell.number);
    const auto unit = core::microseconds_in(*time_unit(type));
    if (!point || *point % unit != 0) return false;
    *point /= unit;
  }
  put(point.value_or(std::numeric_limits<std::int64_t>::min()), out);
  return true;
}

SurveyLook::SurveyLook(SurveyFormat file, SurveyVariable variable) : variable_(std::move(variable)) {
  if (!variable_.text) clock_ = survey_clock(file, variable_.format);
  if (clock_) unit_ = clock_->at_least;
  column_.type = variable_.text ? SurveyType::text : SurveyType::float64;
  column_.missing_ranges = variable_.missing_numbers;
  column_.missing_text_ranges = variable_.missing_texts;
}

void SurveyLook::see(const SurveyCell& cell) {
  const bool user_missing = column_.is_user_missing(cell);
  if (user_missing) ++column_.user_missing;
  if (variable_.text) {
    if (cell.text.empty()) ++column_.missing;
    column_.length = std::max(column_.length, cell.text.size());
    if (user_missing && !many_missing_) missing_texts_.insert(cell.text);
    many_missing_ = many_missing_ || missing_texts_.size() > most_missing_values;
  } else if (std::isnan(cell.number)) {
    ++(cell.tag == 0 ? column_.missing : column_.user_missing);
    gaps_ = true;
  } else {
    see_number(cell.number, user_missing);
  }
}

void SurveyLook::see_number(double number, bool user_missing) {
  lowest_ = any_ ? std::min(lowest_, number) : number;
  highest_ = any_ ? std::max(highest_, number) : number;
  any_ = true;
  whole_ = whole_ && number == std::floor(number) && std::abs(number) < exact_below;
  if (user_missing) {
    if (!many_missing_) missing_numbers_.insert(number);
    many_missing_ = many_missing_ || missing_numbers_.size() > most_missing_values;
    return;
  }
  if (clock_) {
    const auto point = clock_->read(number);
    if (point) unit_ = finer_unit(unit_, *point);
    in_calendar_ = in_calendar_ && point.has_value();
  }
  if (!many_) values_.insert(number);
  many_ = many_ || values_.size() > most_levels;
}

SurveyType SurveyLook::number_type() const {
  if (gaps_ || !whole_ || !any_ || many_missing_) return SurveyType::float64;
  if (holds<std::int8_t>(lowest_, highest_)) return SurveyType::int8;
  if (holds<std::int16_t>(lowest_, highest_)) return SurveyType::int16;
  return holds<std::int32_t>(lowest_, highest_) ? SurveyType::int32 : SurveyType::int64;
}

std::string SurveyLook::kind(const SurveyColumn& column) const {
  if (column.type == SurveyType::text || time_unit(column.type)) return {};
  switch (variable_.measure) {
    case SurveyMeasure::scale:
      return "numeric";
    case SurveyMeasure::ordinal:
      return "ordinal";
    case SurveyMeasure::nominal: {
      // Numbers without words are ids and postcodes as often as answers; and 0 and 1 are seen to be binary.
      const bool flags =
          std::all_of(values_.begin(), values_.end(), [](double value) { return value == 0 || value == 1; });
      return column.labels.empty() || many_ || values_.size() < 2 || flags ? "" : "categorical";
    }
    case SurveyMeasure::unknown:
      break;
  }
  return {};
}

SurveyColumn SurveyLook::settle(std::vector<SurveyLabel> labels, std::vector<std::string>& notices) const {
  auto column = column_;
  column.name = column.variable = variable_.name;
  column.label = variable_.label;
  column.labels = std::move(labels);
  const auto notice = [&](const std::string& what) {
    notices.push_back(fmt::format("variable \"{}\" {}", variable_.name, what));
  };
  if (!variable_.text) column.type = number_type();
  if (clock_ && in_calendar_) {
    column.clock = *clock_;
    column.type = static_cast<SurveyType>(static_cast<std::uint8_t>(SurveyType::days) +
                                          static_cast<std::uint8_t>(unit_));
  } else if (clock_) {
    notice(
        fmt::format("is shown as a date ({}), and holds numbers outside the years 1 to 9999: it stays a "
                    "column of numbers",
                    variable_.format));
  }
  column.keeps_user_missing = !many_missing_ && !time_unit(column.type);
  if (many_missing_)
    notice(fmt::format("has more than {} different values that count as missing: they become missing cells",
                       most_missing_values));
  if (column.keeps_user_missing) {
    column.missing_numbers.assign(missing_numbers_.begin(), missing_numbers_.end());
    column.missing_texts.assign(missing_texts_.begin(), missing_texts_.end());
  }
  column.kind = kind(column);
  return column;
}

}  // namespace psychograph::io
