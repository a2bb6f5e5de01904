#include "cluster/data.hpp"

#include <algorithm>
#include <cmath>

#include "comm/all_reduce.hpp"

namespace psychograph::cluster {
namespace {

constexpr auto tile_rows = core::FeatureMatrix::tile_rows;

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

void sum_weights(const comm::Communicator& world, Data& data) {
  std::int64_t positive = 0;
  double heaviest = 0;
  for (const double weight : data.weights) {
    positive += weight > 0 ? 1 : 0;
    heaviest = std::max(heaviest, weight);
  }
  data.global_rows = comm::sum_over_ranks(world, positive);
  data.largest_weight = comm::max_over_ranks(world, heaviest);
  core::FixedPointSum total(static_cast<double>(data.global_rows) * data.largest_weight, data.largest_weight,
                            data.global_rows);
  for (const double weight : data.weights) total.add(weight);
  comm::sum_over_ranks(world, total.parts());
  data.total_weight = total.value();
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

}  // namespace

Data describe_data(const comm::Communicator& world, core::FeatureMatrix& matrix,
                   std::span<const double> weights, core::RowRange rows) {
  Data data{.matrix = matrix, .weights = weights, .rows = rows, .largest = largest_magnitudes(world, matrix)};
  // One rank may hold no row, and with it no weight: that there are weights is known from all.
  if (comm::max_over_ranks(world, std::int64_t{weights.empty() ? 0 : 1}) != 0) {
    sum_weights(world, data);
  } else {
    data.global_rows = comm::sum_over_ranks(world, rows.size());
    data.total_weight = static_cast<double>(data.global_rows);
  }
  for (const double most : data.largest) data.largest_square += 4 * most * most;
  data.total_square = sum_squares(world, data);
  return data;
}

}  // namespace psychograph::cluster
