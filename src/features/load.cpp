#include "features/load.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/figure.hpp"

namespace psychograph::features {

void block_numbers(const io::Table& table, const io::RawBlock& block, const spec::Sentinels& sentinels,
                   std::span<double> out) {
  const auto& column = table.columns[block.column];
  const bool names = column.type == io::ColumnType::enumeration;
  io::numbers(block, names ? spec::Sentinels() : sentinels, out);  // FALSE is not the number 0
  io::mark_missing(block, column.marked_in(block.file), out);
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
