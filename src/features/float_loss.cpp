#include "features/float_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/map.hpp>
#include <boost/serialization/utility.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/wide_sums.hpp"
#include "features/composite.hpp"
#include "features/load.hpp"

namespace psychograph::features {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Whether two values of a column differ by more than what arithmetic in float, wherever the table comes
/// from, leaves of equal ones.
bool really_differ(double low, double high) {
  return high - low > 0x1p-22 * std::max(std::abs(low), std::abs(high));
}

/// Differences up to this are none to double either, in which a column is encoded before it is rounded.
double lost_in_double(const FittedFeature& fitted) {
  const auto away = [&](double value) {
    return std::abs(transformed(fitted.feature.transform, value) - fitted.offset);
  };
  return 0x1p-52 * std::max(away(fitted.statistics.min), away(fitted.statistics.max));
}

/// The transformed, filled values [local rows] of a feature of numbers.
core::RowVector<double> read_numbers(const comm::Communicator& world, const io::Shard& shard,
                                     const FittedFeature& fitted) {
  const auto& feature = fitted.feature;
  auto values = comm::run_on_all_ranks(world, [&] {
    return feature.composite() ? core::RowVector<double>()
                               : core::RowVector<double>(shard.local_rows(), 0.0, shard.where());
  });
  if (feature.composite()) {
    values = CompositeReader(shard).read(feature);
  } else {
    shard.read(std::vector{*shard.table().find(feature.name)}, [&](const io::RawBlock& block) {
      block_numbers(shard.table(), block, feature,
                    std::span(values).subspan(static_cast<std::size_t>(block.first), block.count));
    });
  }
  for (double& value : values)
    value = transformed(feature.transform, std::isnan(value) ? fitted.fill : value);
  return values;
}

/// Of more different floats no column of few distinct rows is.
constexpr std::int64_t most_distinct = 1 << 16;

/// What two encodings of a column make of the segments' inertia.
struct ColumnInertia {
  double exact = 0;
  double in_float = 0;
};

/// Each segment's values are taken from its least one, in both encodings: differences within a segment are
/// all that counts, and in double they are exact to the last digits however far from zero they lie.
ColumnInertia compare_column(const comm::Communicator& world, const EncodedTable& table,
                             const FittedFeature& fitted, std::span<const std::int32_t> labels,
                             std::size_t k) {
  enum : std::size_t { weight, first, square, float_first, float_square, sums_a_segment };
  const auto& weights = table.participation.weights;
  const auto values = read_numbers(world, table.shard, fitted);
  std::vector<double> least(2 * k, infinity);
  const auto cell = [&](std::size_t row) {
    return static_cast<double>(table.matrix.at(row, fitted.first_column));
  };
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (labels[row] < 0) continue;
    const auto c = static_cast<std::size_t>(labels[row]);
    least[c] = std::min(least[c], values[row]);
    least[k + c] = std::min(least[k + c], cell(row));
  }
  comm::min_over_ranks(world, least);

  const double none = lost_in_double(fitted);
  core::WideSums sums(k * sums_a_segment);
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (labels[row] < 0) continue;
    const auto c = static_cast<std::size_t>(labels[row]);
    const double w = weights.empty() ? 1.0 : weights[row];
    const double in_float = cell(row) - least[k + c];
    const double away = values[row] - least[c];
    const double exact =
        away > none && really_differ(least[c], values[row]) ? away * fitted.factor : in_float;
    const auto at = c * sums_a_segment;
    sums.add(at + weight, w);
    sums.add(at + first, w * exact);
    sums.add(at + square, w * exact * exact);
    sums.add(at + float_first, w * in_float);
    sums.add(at + float_square, w * in_float * in_float);
  }
  comm::sum_over_ranks(world, sums);

  ColumnInertia found;
  for (std::size_t at = 0; at < k * sums_a_segment; at += sums_a_segment) {
    const double w = sums.value(at + weight);
    if (w <= 0) continue;
    const auto about_the_mean = [&](double sum, double squares) {
      return std::max(0.0, squares - sum * (sum / w));
    };
    found.exact += about_the_mean(sums.value(at + first), sums.value(at + square));
    found.in_float += about_the_mean(sums.value(at + float_first), sums.value(at + float_square));
  }
  return found;
}

std::string complaint(const FittedFeature& fitted, const std::string& what) {
  return fmt::format(
      "column \"{}\": beside values from {:g} to {:g} float can't tell {}: use transform = "
      "\"log1p\", cap what is huge, or take it for missing",
      fitted.feature.name, fitted.statistics.min, fitted.statistics.max, what);
}

/// The least and largest value behind each distinct float of this rank's rows.
using ByFloat = std::map<float, std::pair<double, double>>;

ByFloat values_by_float(const EncodedTable& table, const FittedFeature& fitted,
                        std::span<const double> values) {
  ByFloat found;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!table.participation.has(row)) continue;
    auto& range =
        found.try_emplace(table.matrix.at(row, fitted.first_column), values[row], values[row]).first->second;
    range = {std::min(range.first, values[row]), std::max(range.second, values[row])};
  }
  return found;
}

/// Of all ranks. Collective.
ByFloat joined(const comm::Communicator& world, const ByFloat& own) {
  std::vector<ByFloat> ranks;
  boost::mpi::all_gather(world, own, ranks);
  ByFloat all;
  for (const auto& rank : ranks) {
    for (const auto& [cell, range] : rank) {
      auto& known = all.try_emplace(cell, range).first->second;
      known = {std::min(known.first, range.first), std::max(known.second, range.second)};
    }
  }
  return all;
}

}  // namespace

bool inertia_is_doubtful(double inertia, double total_square) {
  constexpr double doubt = 0x1p-26;  // roots off by 2^-11 of each other, squares by a thousandth
  return inertia < doubt * total_square;
}

std::optional<std::string> inertia_lost_in_float(const comm::Communicator& world, const EncodedTable& table,
                                                 std::span<const std::int32_t> labels, std::size_t k,
                                                 double inertia) {
  constexpr double tolerance = 1e-3;
  double difference = 0;
  double largest = 0;
  const FittedFeature* worst = nullptr;
  for (const auto& fitted : table.schema.features) {
    if (fitted.width() == 0 || fitted.feature.leveled) continue;
    const auto found = compare_column(world, table, fitted, labels, k);
    const double own = found.exact - found.in_float;
    difference += own;
    if (std::abs(own) <= largest) continue;
    largest = std::abs(own);
    worst = &fitted;
  }
  if (worst == nullptr || std::abs(difference) <= tolerance * (inertia + std::abs(difference))) return {};
  return complaint(*worst, fmt::format("a segment's customers apart (the inertia is {:.4g}, in float {:.4g})",
                                       inertia + difference, inertia));
}

std::optional<std::string> merged_in_float(const comm::Communicator& world, const EncodedTable& table) {
  for (const auto& fitted : table.schema.features) {
    if (fitted.width() == 0 || fitted.feature.leveled) continue;
    const auto own = values_by_float(table, fitted, read_numbers(world, table.shard, fitted));
    if (comm::max_over_ranks(world, static_cast<std::int64_t>(own.size())) > most_distinct) continue;
    for (const auto& [cell, range] : joined(world, own)) {
      const auto [low, high] = range;
      if (!really_differ(low, high)) continue;
      const auto transform = fitted.feature.transform;
      return complaint(fitted, fmt::format("those from {:g} to {:g} apart", transformed_back(transform, low),
                                           transformed_back(transform, high)));
    }
  }
  return {};
}

}  // namespace psychograph::features
