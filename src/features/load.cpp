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

double construct_value(double sum, std::size_t answered, std::size_t items) {
  return answered * 2 >= items ? sum / static_cast<double>(answered) : core::not_a_number;
}

void construct_values(std::span<const double> answers, std::size_t items, std::span<double> out) {
  for (std::size_t row = 0; row < out.size(); ++row) {
    double sum = 0;
    std::size_t answered = 0;
    for (std::size_t item = 0; item < items; ++item) {
      const double answer = answers[item * out.size() + row];
      if (std::isnan(answer)) continue;
      sum += answer;
      ++answered;
    }
    out[row] = construct_value(sum, answered, items);
  }
}

core::RowVector<double> load_construct(const io::Shard& shard, const Feature& feature) {
  const auto& table = shard.table();
  std::vector<std::size_t> columns;
  for (const auto& item : feature.columns) columns.push_back(*table.find(item));
  core::RowVector<double> sums(shard.local_rows(), 0.0, shard.where());
  core::RowVector<std::uint16_t> answered(shard.local_rows(), 0, shard.where());
  std::vector<double> values;
  shard.read(columns, [&](const io::RawBlock& block) {
    const auto item =
        static_cast<std::size_t>(std::find(columns.begin(), columns.end(), block.column) - columns.begin());
    const auto first_row = shard.rows().begin + block.first;
    values.resize(block.count);
    block_numbers(table, block, feature.sentinels, values);
    check_finite(table, block, first_row, values);
    apply_keying(table, block, first_row, feature, item, values);
    for (std::size_t i = 0; i < block.count; ++i) {
      if (std::isnan(values[i])) continue;
      sums[static_cast<std::size_t>(block.first) + i] += values[i];
      ++answered[static_cast<std::size_t>(block.first) + i];
    }
  });
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] = construct_value(sums[i], answered[i], columns.size());
  }
  return sums;
}

}  // namespace psychograph::features
