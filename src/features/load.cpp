#include "features/load.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/figure.hpp"

namespace psychograph::features {

namespace {

/// Stored times become what has elapsed. The steps and the origin are whole microseconds: the difference is
/// rounded once, the quotient once.
void tell_elapsed(const core::TimeScale& scale, const spec::Since& since, std::span<double> values) {
  constexpr double days_of_year = 365.2425;
  const auto shift = static_cast<double>(scale.origin - since.microseconds);
  const auto unit =
      static_cast<double>(core::microseconds_in(core::TimeUnit::days)) * (since.years ? days_of_year : 1.0);
  for (double& value : values) value = std::fma(value, static_cast<double>(scale.step), shift) / unit;
}

}  // namespace

void block_numbers(const io::Table& table, const io::RawBlock& block, const Feature& feature,
                   std::span<double> out) {
  const auto& column = table.columns[block.column];
  const bool names = column.type == io::ColumnType::enumeration;
  io::numbers(block, names ? spec::Sentinels() : feature.sentinels, out);  // FALSE is not the number 0
  io::mark_missing(block, column.marked_in(block.file), out);
  if (feature.since) {
    const auto times = column.times.find(block.file);
    if (times == column.times.end())
      throw core::data_error(fmt::format(
          "{}: column \"{}\" holds no dates: its attribute \"units\" should say what its numbers count, as "
          "\"days since 1970-01-01\"",
          table.files[block.file].path, column.name));
    tell_elapsed(times->second, *feature.since, out);
  }
  if (!names) return;
  for (double& value : out) {  // truth values, or names that neither has
    if (value != 0 && value != 1) value = core::not_a_number;
  }
}

void check_finite(const io::Table& table, const io::RawBlock& block, std::int64_t first_row,
                  std::span<const double> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(std::abs(values[i]) > largest_value)) continue;  // NaN is missing, and fine
    const auto cell =
        io::cell_name(table, table.columns[block.column].name, first_row + static_cast<std::int64_t>(i));
    if (std::isinf(values[i])) throw core::data_error(cell + ": an infinite value");
    throw core::data_error(fmt::format("{}: {} is too large: beyond {:g} squares leave the range of double",
                                       cell, values[i], largest_value));
  }
}

void apply_keying(const io::Table& table, const io::RawBlock& block, std::int64_t first_row,
                  const Feature& feature, std::size_t item, std::span<double> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    double& value = values[i];
    if (std::isnan(value) || !feature.ranged) continue;
    if (value < feature.lowest || value > feature.highest) {
      throw core::data_error(fmt::format(
          "{}: {} is out of the range {} to {} of construct \"{}\"",
          io::cell_name(table, table.columns[block.column].name, first_row + static_cast<std::int64_t>(i)),
          value, feature.lowest, feature.highest, feature.name));
    }
    if (feature.reversed[item]) value = feature.lowest + feature.highest - value;
  }
}

}  // namespace psychograph::features
