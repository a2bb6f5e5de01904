#include "features/participation.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "features/composite.hpp"
#include "features/levels.hpp"
#include "features/load.hpp"

namespace psychograph::features {
namespace {

core::RowVector<double> read_weights(const io::Shard& shard, const std::string& name) {
  const std::vector<std::size_t> columns{weight_column(shard.table(), name)};
  core::RowVector<double> weights(shard.local_rows(), shard.where());
  shard.read(columns, [&](const io::RawBlock& block) {
    const auto out = std::span(weights).subspan(static_cast<std::size_t>(block.first), block.count);
    block_weights(shard.table(), block, shard.rows().begin + block.first, out);
  });
  return weights;
}

/// Marks with 0 the rows that lack `feature`.
void drop_missing(const io::Shard& shard, const Feature& feature, CompositeReader& composites,
                  core::RowVector<std::uint8_t>& takes_part) {
  if (takes_part.empty()) core::fill_rows(takes_part, shard.where(), shard.local_rows(), std::uint8_t{1});
  if (feature.composite()) {
    const auto values = composites.read(feature);
    for (std::size_t i = 0; i < values.size(); ++i)
      takes_part[i] &= static_cast<std::uint8_t>(!std::isnan(values[i]));
    return;
  }
  const auto& table = shard.table();
  const std::vector<std::size_t> columns{*table.find(feature.columns.front())};
  const LevelReader reader(table, feature, {});
  std::vector<double> values;
  std::vector<std::int32_t> levels;
  shard.read(columns, [&](const io::RawBlock& block) {
    auto* mark = takes_part.data() + block.first;
    if (feature.leveled) {
      levels.resize(block.count);
      reader.read(block, levels);
      for (std::size_t i = 0; i < block.count; ++i) mark[i] &= static_cast<std::uint8_t>(levels[i] != -1);
    } else {
      values.resize(block.count);
      block_numbers(table, block, feature, values);
      for (std::size_t i = 0; i < block.count; ++i)
        mark[i] &= static_cast<std::uint8_t>(!std::isnan(values[i]));
    }
  });
}

}  // namespace

std::size_t weight_column(const io::Table& table, const std::string& name) {
  const auto column = io::require_column(table, name, "input.weight");
  const auto& found = table.columns[column];
  if (!io::holds_numbers(found)) {
    throw core::data_error(fmt::format(
        "{}: the weight column \"{}\" holds {}", io::files_name(table), name,
        found.type == io::ColumnType::text ? "text"
        : io::is_boolean(found)            ? "truth values: store weights as numbers"
                                : "categories, whose codes are no weights: store weights as numbers"));
  }
  return column;
}

void block_weights(const io::Table& table, const io::RawBlock& block, std::int64_t first_row,
                   std::span<double> out) {
  io::numbers(block, table.columns[block.column].marked_in(block.file), out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] >= smallest_weight && out[i] <= largest_value) continue;
    throw core::data_error(fmt::format(
        "{}: {} is no weight: weights are numbers from {:g} to {:g}",
        io::cell_name(table, table.columns[block.column].name, first_row + static_cast<std::int64_t>(i)),
        std::isnan(out[i]) ? "a missing cell" : fmt::format("{}", out[i]), smallest_weight, largest_value));
  }
}

Participation find_participation(const comm::Communicator& world, const io::Shard& shard,
                                 const spec::Spec& spec, const std::vector<Feature>& features) {
  Participation result;
  if (spec.input.weight) result.weights = read_weights(shard, *spec.input.weight);
  CompositeReader composites(shard);
  for (const auto& feature : features) {
    if (feature.clustered && feature.missing == spec::Missing::drop)
      drop_missing(shard, feature, composites, result.takes_part);
  }
  const bool dropping = std::any_of(features.begin(), features.end(), [](const Feature& f) {
    return f.clustered && f.missing == spec::Missing::drop;
  });
  const auto local = dropping ? std::count(result.takes_part.begin(), result.takes_part.end(), 1)
                              : static_cast<std::ptrdiff_t>(shard.local_rows());
  result.global_count = comm::sum_over_ranks(world, local);
  if (result.global_count == 0) {
    throw core::data_error(
        fmt::format("{}: missing = \"drop\" leaves no customer: every one lacks some feature",
                    io::files_name(shard.table())));
  }
  if (result.global_count == shard.table().rows()) {
    result.takes_part = core::RowVector<std::uint8_t>();
  } else {
    if (!spec.input.weight) core::fill_rows(result.weights, shard.where(), shard.local_rows(), 1.0);
    for (std::size_t i = 0; i < result.weights.size(); ++i) result.weights[i] *= result.takes_part[i];
  }
  return result;
}

}  // namespace psychograph::features
