#include "features/encodable.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "core/feature_matrix.hpp"
#include "features/load.hpp"

namespace psychograph::features {
namespace {

double encoded(const FittedFeature& fitted, double value) {
  return (transformed(fitted.feature.transform, value) - fitted.offset) * fitted.factor -
         fitted.centres.front();
}

/// The first global row of a column whose cell is `value`.
std::int64_t find_row(const comm::Communicator& world, const io::Shard& shard, const Feature& feature,
                      double value) {
  constexpr auto no_row = std::numeric_limits<std::int64_t>::max();
  std::int64_t row = no_row;
  std::vector<double> values;
  shard.read(std::vector{*shard.table().find(feature.name)}, [&](const io::RawBlock& block) {
    values.resize(block.count);
    block_numbers(shard.table(), block, feature, values);
    const auto place = std::find(values.begin(), values.end(), value);
    if (row == no_row && place != values.end())
      row = shard.rows().begin + block.first + (place - values.begin());
  });
  return comm::min_over_ranks(world, row);
}

[[noreturn]] void fail_overflow(const comm::Communicator& world, const io::Shard& shard,
                                const Feature& feature, double extreme, double other) {
  const auto what =
      std::abs(extreme) < std::abs(other)
          ? fmt::format(
                "{} is too far from the others, near {:g}: the square of the difference overflows "
                "float; scale the feature",
                extreme, other)
          : fmt::format("{} is too large: its square overflows float; scale the feature", extreme);
  if (feature.composite()) {
    throw core::data_error(fmt::format("{}: {} \"{}\": {}", io::files_name(shard.table()),
                                       feature.construct ? "construct" : "feature", feature.name, what));
  }
  const auto row = find_row(world, shard, feature, extreme);
  throw core::data_error(fmt::format("{}: {}", io::cell_name(shard.table(), feature.name, row), what));
}

/// Whether float can't tell two neighbouring quantiles apart, which double can: they are few of its steps
/// from each other, or so near that their squares are 0.
bool merge_in_float(const FittedFeature& fitted, double low, double high) {
  constexpr double few_steps = 16 * 0x1p-24;
  constexpr double smallest = 0x1p-50;
  constexpr double rounding = 0x1p-40;  // of the values themselves: such quantiles are equal
  if (high - low <= rounding * std::max(std::abs(low), std::abs(high))) return false;
  const double a = encoded(fitted, low);
  const double b = encoded(fitted, high);
  return b - a < std::max(few_steps * std::max(std::abs(a), std::abs(b)), smallest);
}

}  // namespace

std::vector<std::string> lost_in_float(const Schema& schema) {
  std::vector<std::string> sentences;
  for (const auto& fitted : schema.features) {
    if (fitted.width() == 0 || fitted.feature.leveled) continue;
    const auto& s = fitted.statistics;
    for (std::size_t i = 0; i + 1 < s.quantiles.size(); ++i) {
      if (!merge_in_float(fitted, s.quantiles[i], s.quantiles[i + 1])) continue;
      sentences.push_back(
          fmt::format("column \"{}\": beside values from {:g} to {:g} the customers from {:g} to {:g} "
                      "({:.0f}% of all) can hardly "
                      "be told apart in float: use transform = \"log1p\" or scale = \"robust\", cap what is "
                      "huge, or take it for "
                      "missing",
                      fitted.feature.name, s.min, s.max, s.quantiles[i], s.quantiles[i + 1],
                      100 * (quantile_levels[i + 1] - quantile_levels[i])));
      break;
    }
  }
  return sentences;
}

void require_encodable(const comm::Communicator& world, const io::Shard& shard, const Schema& schema) {
  const double limit = core::largest_encoded(schema.width());
  for (const auto& fitted : schema.features) {
    if (fitted.width() == 0 || fitted.feature.leveled) continue;
    // All values lie between the extremes and the fill.
    const auto& s = fitted.statistics;
    const double extreme =
        std::abs(encoded(fitted, s.min)) > std::abs(encoded(fitted, s.max)) ? s.min : s.max;
    if (!(std::abs(encoded(fitted, extreme)) <= limit))
      fail_overflow(world, shard, fitted.feature, extreme, s.min + s.max - extreme);
    if (s.missing == 0 || std::abs(encoded(fitted, fitted.fill)) <= limit) continue;
    throw core::data_error(fmt::format(
        "{}: \"{}\": {}, which missing cells are filled with, is too far from the rest: its square "
        "overflows float; scale the feature",
        io::files_name(shard.table()), fitted.feature.name, fitted.fill));
  }
}

}  // namespace psychograph::features
