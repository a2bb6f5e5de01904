#include "kernel/data.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"

namespace psychograph::kernel {
namespace {

using core::tile_rows;

std::vector<double> largest_magnitudes(const comm::Communicator& world, const core::FeatureMatrix& matrix) {
  // One maximum for each place in a tile, so that the loop over these has no order to keep to.
  std::vector<float> by_place(matrix.columns() * tile_rows, 0.0F);
  for (std::size_t t = 0; t < matrix.tiles(); ++t) {
    const float* cells = matrix.tile(t);
    for (std::size_t i = 0; i < by_place.size(); ++i) {
      const float magnitude = std::abs(cells[i]);
      by_place[i] = magnitude > by_place[i] ? magnitude : by_place[i];
    }
  }
  std::vector<double> largest;
  for (auto place = by_place.begin(); place != by_place.end(); place += tile_rows)
    largest.push_back(static_cast<double>(*std::max_element(place, place + tile_rows)));
  comm::max_over_ranks(world, largest);
  return largest;
}

/// Sums of weights are integers of one scale.
void require_comparable(double lightest, double heaviest) {
  constexpr double most = 1e12;
  if (heaviest <= most * lightest) return;
  throw core::data_error(
      fmt::format("weights from {:g} to {:g}: no weight may be more than {:g} times another, or the lighter "
                  "ones would not count",
                  lightest, heaviest, most));
}

/// The same of all heavy ones together: of the lightest weight that scale keeps three digits.
void require_countable(double lightest, const Data& data) {
  constexpr double least = 1024;
  const core::FixedPoint scale(data.total_weight, data.largest_weight, data.global_rows);
  if (data.global_rows == 0 || lightest * scale.multiplier() >= least) return;
  throw core::data_error(fmt::format(
      "weights from {:g} to {:g}, {:g} in sum: no weight may be less than {:.2g} of the sum, or it "
      "would not count",
      lightest, data.largest_weight, data.total_weight, 0x1p-51));
}

void sum_weights(const comm::Communicator& world, Data& data) {
  std::int64_t positive = 0;
  double heaviest = 0;
  double lightest = std::numeric_limits<double>::infinity();
  for (const double weight : data.weights) {
    positive += weight > 0 ? 1 : 0;
    heaviest = std::max(heaviest, weight);
    if (weight > 0) lightest = std::min(lightest, weight);
  }
  data.global_rows = comm::sum_over_ranks(world, positive);
  data.largest_weight = comm::max_over_ranks(world, heaviest);
  lightest = -comm::max_over_ranks(world, -lightest);
  require_comparable(lightest, data.largest_weight);
  core::FixedPointSum total(static_cast<double>(data.global_rows) * data.largest_weight, data.largest_weight,
                            data.global_rows);
  for (const double weight : data.weights) total.add(weight);
  comm::sum_over_ranks(world, total.parts());
  data.total_weight = total.value();
  require_countable(lightest, data);
}

double sum_squares(const comm::Communicator& world, const Data& data) {
  auto total = data.square_sum();
  for (std::size_t t = 0; t < data.matrix.tiles(); ++t) {
    double squares[tile_rows] = {};
    const float* cell = data.matrix.tile(t);
    for (std::size_t j = 0; j < data.matrix.columns(); ++j) {
      for (double& square : squares) {
        const auto value = static_cast<double>(*cell++);
        square += value * value;
      }
    }
    const std::size_t filled = std::min(tile_rows, data.local_rows() - t * tile_rows);
    for (std::size_t r = 0; r < filled; ++r) total.add(data.weight(t * tile_rows + r) * squares[r]);
  }
  comm::sum_over_ranks(world, total.parts());
  return total.value();
}

/// Whether the exact sums' step leaves too little of a usual cell of some column. Of usual cells the mean
/// exponent is taken, of those that are not 0, in some rows from all over the table.
bool have_far_cells(const comm::Communicator& world, const Data& data) {
  constexpr std::int64_t most_rows = 65536;
  const auto end = comm::max_over_ranks(world, data.rows.end);
  const auto step = std::max<std::int64_t>(1, end / most_rows);
  const auto p = data.matrix.columns();
  std::vector<std::int64_t> sums(2 * p, 0);  // of exponents, and of cells
  for (auto row = (data.rows.begin + step - 1) / step * step; row < data.rows.end; row += step) {
    const auto i = static_cast<std::size_t>(row - data.rows.begin);
    for (std::size_t j = 0; j < p; ++j) {
      const double term = data.weight(i) * static_cast<double>(data.matrix.at(i, j));
      if (term == 0) continue;
      sums[2 * j] += std::ilogb(term);
      ++sums[2 * j + 1];
    }
  }
  comm::sum_over_ranks(world, sums);
  for (std::size_t j = 0; j < p; ++j) {
    if (sums[2 * j + 1] == 0) continue;
    constexpr int digits = 12;  // binary, that are to be left
    const auto usual = static_cast<int>(sums[2 * j] / sums[2 * j + 1]);
    if (std::ldexp(data.sum_scale(j).multiplier(), usual - digits) < 1) return true;
  }
  return false;
}

}  // namespace

Data describe_data(const comm::Communicator& world, const core::FeatureMatrix& matrix,
                   std::span<const double> weights, core::RowRange rows,
                   std::vector<core::ColumnBlock> blocks) {
  for (std::size_t j = blocks.empty() ? 0 : matrix.columns(); j < matrix.columns(); ++j)
    blocks.push_back({.first = j});
  Data data{.matrix = matrix,
            .blocks = std::move(blocks),
            .weights = weights,
            .rows = rows,
            .largest = largest_magnitudes(world, matrix)};
  data.weighted = comm::max_over_ranks(world, std::int64_t{weights.empty() ? 0 : 1}) != 0;
  if (data.weighted) {
    sum_weights(world, data);
  } else {
    data.global_rows = comm::sum_over_ranks(world, rows.size());
    data.total_weight = static_cast<double>(data.global_rows);
  }
  for (const double most : data.largest) data.largest_square += 4 * most * most;
  data.total_square = sum_squares(world, data);
  data.far_cells = have_far_cells(world, data);
  return data;
}

}  // namespace psychograph::kernel
