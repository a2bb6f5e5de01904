#include "synthetic/table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "synthetic/actions.hpp"
#include "synthetic/recipes.hpp"

namespace psychograph::synthetic {
namespace {

constexpr std::uint32_t gaussian_columns_a_trait = 8;

/// feature_00, feature_01, ...: as wide as the last number, and at least two digits.
std::vector<Column> gaussian_columns(std::uint32_t count) {
  const auto width = std::max<std::size_t>(2, std::to_string(count - 1).size());
  std::vector<Column> columns;
  for (std::uint32_t c = 0; c < count; ++c) {
    columns.push_back({fmt::format("feature_{:0{}}", c, width), Plain{}, c, c / gaussian_columns_a_trait, c});
  }
  return columns;
}

/// The recipes over and over, with traits of their own each time: value_security, ..., value_security_2, ...
std::vector<Column> customer_columns(std::uint32_t count) {
  std::vector<Column> columns;
  for (std::uint32_t c = 0; c < count; ++c) {
    const auto round = c / static_cast<std::uint32_t>(recipes().size());
    const auto& recipe = recipes()[c % recipes().size()];
    const auto trait =
        round * static_cast<std::uint32_t>(Trait::count) + static_cast<std::uint32_t>(recipe.trait);
    const auto name = round == 0 ? std::string(recipe.name) : fmt::format("{}_{}", recipe.name, round + 1);
    columns.push_back({name, recipe.cell, c, trait, trait, recipe.direction});
  }
  return columns;
}

}  // namespace

bool splits(const Request& request, std::int64_t number) {
  return number == split_quarter && has_split(request, number);
}
bool has_split(const Request& request, std::int64_t number) {
  return number >= split_quarter && request.quarter && !request.quarter->steady;
}
bool dies(const Request& request, std::int64_t number) {
  return number == death_quarter && has_died(request, number);
}
bool has_died(const Request& request, std::int64_t number) {
  return number >= death_quarter && request.quarter && !request.quarter->steady && request.segments > 1;
}

Table plan(const Request& request) {
  const auto count = static_cast<std::uint32_t>(request.features);
  const bool gaussian = request.kind == Kind::gaussian;
  Table table;
  table.request = request;
  table.segments =
      request.segments + (has_split(request, request.quarter.value_or(Quarter{}).number) ? 1 : 0);
  table.columns = gaussian ? gaussian_columns(count) : customer_columns(count);
  if (request.actions) table.actions = action_columns(request.segments);
  table.largest_shift = gaussian ? std::numeric_limits<double>::infinity() : 3.0;
  std::set<std::uint32_t> shifts;
  for (const auto& column : table.columns) shifts.insert(column.shift);
  // The expected squared distance of two segments is 2 * shifts * scale^2.
  table.shift_scale = request.separation / std::sqrt(2.0 * static_cast<double>(shifts.size()));
  return table;
}

std::size_t cell_size(const Cell& cell) {
  if (std::holds_alternative<Count>(cell)) return sizeof(std::int16_t);
  if (std::holds_alternative<Rounded>(cell) || std::holds_alternative<Category>(cell) ||
      std::holds_alternative<Flag>(cell))
    return 1;
  return sizeof(float);
}

}  // namespace psychograph::synthetic
