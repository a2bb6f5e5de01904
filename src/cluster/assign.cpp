#include "cluster/assign.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "cluster/distance.hpp"
#include "cluster/kernel.hpp"
#include "cluster/tile_blocks.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"

namespace psychograph::cluster {
namespace {

constexpr auto tile_rows = core::FeatureMatrix::tile_rows;

double margin(double own, double other) {
  if (other <= 0) return 0;
  // Scores are float and distances double: at a near-tie the runner-up may be a hair nearer.
  return std::max(0.0, 1 - std::sqrt(own) / std::sqrt(other));
}

void assign_row(const Data& data, const core::Centroids& centroids, std::size_t row, Assignment& result) {
  if (data.weight(row) <= 0) {
    result.segment[row] = result.runner_up[row] = -1;
    result.distance[row] = result.margin[row] = std::numeric_limits<float>::quiet_NaN();
    return;
  }
  const double own =
      squared_distance(data.matrix, row, centroids.row(static_cast<std::size_t>(result.segment[row])));
  result.distance[row] = static_cast<float>(std::sqrt(own));
  if (result.runner_up[row] < 0) {
    result.margin[row] = 1;
    return;
  }
  const double other =
      squared_distance(data.matrix, row, centroids.row(static_cast<std::size_t>(result.runner_up[row])));
  result.margin[row] = static_cast<float>(margin(own, other));
}

/// Exact sums and first rows of every segment.
struct Figures {
  std::vector<std::int64_t> size;
  std::vector<std::int64_t> first_row;
  std::vector<double> weight;
  std::vector<double> inertia;
  double total_inertia = 0;
};

Figures figures_of(const comm::Communicator& world, const Data& data, const core::Centroids& centroids,
                   const std::vector<std::int32_t>& labels) {
  const std::size_t k = centroids.k();
  Figures result{std::vector<std::int64_t>(k, 0),
                 std::vector<std::int64_t>(k, std::numeric_limits<std::int64_t>::max()),
                 {},
                 {},
                 0};
  std::vector<core::FixedPointSum> inertia(k + 1, data.square_sum());
  std::vector<core::FixedPointSum> weight(
      k, core::FixedPointSum(data.total_weight, data.largest_weight, data.global_rows));
  for (std::size_t i = 0; i < data.local_rows(); ++i) {
    if (data.weight(i) <= 0) continue;
    const auto c = static_cast<std::size_t>(labels[i]);
    const double square = data.weight(i) * squared_distance(data.matrix, i, centroids.row(c));
    inertia[c].add(square);
    inertia[k].add(square);
    weight[c].add(data.weight(i));
    ++result.size[c];
    result.first_row[c] = std::min(result.first_row[c], data.rows.begin + static_cast<std::int64_t>(i));
  }
  std::vector<std::int64_t> integers = result.size;
  for (auto* sums : {&inertia, &weight}) {
    for (auto& sum : *sums) integers.insert(integers.end(), sum.parts().begin(), sum.parts().end());
  }
  comm::sum_over_ranks(world, integers);
  comm::min_over_ranks(world, result.first_row);
  std::copy_n(integers.begin(), k, result.size.begin());
  auto next = integers.begin() + static_cast<std::ptrdiff_t>(k);
  for (auto* sums : {&inertia, &weight}) {
    for (auto& sum : *sums) {
      std::copy_n(next, 2, sum.parts().begin());
      next += 2;
    }
  }
  for (std::size_t c = 0; c < k; ++c) {
    result.inertia.push_back(inertia[c].value());
    result.weight.push_back(weight[c].value());
  }
  result.total_inertia = inertia[k].value();
  return result;
}

std::vector<std::size_t> order_by_size(const Figures& figures) {
  std::vector<std::size_t> order(figures.size.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return figures.size[a] != figures.size[b] ? figures.size[a] > figures.size[b]
                                              : figures.first_row[a] < figures.first_row[b];
  });
  return order;
}

}  // namespace

std::vector<double> squared_distances(const core::FeatureMatrix& matrix, const core::Centroids& centroids,
                                      std::span<const std::int32_t> labels) {
  std::vector<double> result(matrix.rows(), 0.0);
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (labels[i] >= 0)
      result[i] = squared_distance(matrix, i, centroids.row(static_cast<std::size_t>(labels[i])));
  }
  return result;
}

Assignment assign(const Data& data, const core::Centroids& centroids) {
  const PackedCentroids packed(centroids);
  const std::size_t padded = data.matrix.tiles() * tile_rows;
  Assignment result{std::vector<std::int32_t>(padded), std::vector<std::int32_t>(padded),
                    std::vector<float>(data.local_rows()), std::vector<float>(data.local_rows())};
  for_each_block(data.matrix, [&](std::size_t first, Tiles tiles) {
    nearest_two(tiles, packed, result.segment.data() + first * tile_rows,
                result.runner_up.data() + first * tile_rows);
  });
  result.segment.resize(data.local_rows());
  result.runner_up.resize(data.local_rows());
  for (std::size_t i = 0; i < data.local_rows(); ++i) assign_row(data, centroids, i, result);
  return result;
}

double total_inertia(const comm::Communicator& world, const Data& data, const core::Centroids& centroids) {
  const PackedCentroids packed(centroids);
  auto total = data.square_sum();
  std::vector<std::int32_t> labels;
  for_each_block(data.matrix, [&](std::size_t first, Tiles tiles) {
    labels.resize(tiles.size() * tile_rows);
    nearest(tiles, packed, labels.data());
    const std::size_t begin = first * tile_rows;
    const std::size_t end = std::min(begin + labels.size(), data.local_rows());
    for (std::size_t row = begin; row < end; ++row) {
      if (data.weight(row) <= 0) continue;
      total.add(
          data.weight(row) *
          squared_distance(data.matrix, row, centroids.row(static_cast<std::size_t>(labels[row - begin]))));
    }
  });
  comm::sum_over_ranks(world, total.parts());
  return total.value();
}

Segments assign_by_size(const comm::Communicator& world, const Data& data, core::Centroids centroids) {
  // A row at an exact tie goes to the lower number, so numbering anew can move it; a few rounds settle that.
  constexpr int most_rounds = 10;
  Segments result;
  Figures figures;
  for (int round = 0;; ++round) {
    result.assignment = comm::run_on_all_ranks(world, [&] { return assign(data, centroids); });
    figures = figures_of(world, data, centroids, result.assignment.segment);
    const auto order = order_by_size(figures);
    if (std::is_sorted(order.begin(), order.end()) || round == most_rounds - 1) break;
    core::Centroids sorted(centroids.k(), centroids.p());
    for (std::size_t c = 0; c < order.size(); ++c)
      std::copy_n(centroids.row(order[c]), centroids.p(), sorted.row(c));
    centroids = std::move(sorted);
  }
  result.centroids = std::move(centroids);
  result.size = std::move(figures.size);
  result.weight = std::move(figures.weight);
  result.inertia = std::move(figures.inertia);
  result.total_inertia = figures.total_inertia;
  return result;
}

}  // namespace psychograph::cluster
