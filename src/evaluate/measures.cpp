#include "evaluate/measures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "cluster/likelihood.hpp"
#include "comm/all_reduce.hpp"
#include "core/wide_sums.hpp"
#include "evaluate/silhouette.hpp"
#include "kernel/centroid_sums.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::evaluate {
namespace {

using core::tile_rows;

/// Of a local row that was in no cluster.
kernel::Move move_into(const kernel::Data& data, std::size_t row, std::int32_t cluster) {
  return {data.matrix.tile(row / tile_rows), data.weight(row), static_cast<std::int32_t>(row % tile_rows), -1,
          cluster};
}

/// The sums of all labelled rows. Collective.
kernel::GlobalSums sums_of(const comm::Communicator& world, const kernel::Data& data,
                           std::span<const std::int32_t> labels, std::size_t k) {
  kernel::CentroidSums sums(data, k);
  constexpr std::size_t at_once = 4096;
  std::vector<kernel::Move> moves;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (labels[row] < 0) continue;
    moves.push_back(move_into(data, row, labels[row]));
    if (moves.size() < at_once) continue;
    sums.move(moves);
    moves.clear();
  }
  sums.move(moves);
  return kernel::sum_over_ranks(world, sums);
}

/// Distances from means, added up exactly.
struct Distances {
  core::WideSums squares;  ///< [1] from the own mean
  core::WideSums own;      ///< [k] not squared
  core::WideSums gained;   ///< [2] the simplified silhouettes above 0, and below
  std::int64_t customers = 0;
};

Distances distances_of(const comm::Communicator& world, const kernel::Data& data,
                       const core::Centroids& means, std::span<const std::int32_t> labels) {
  const auto k = means.k();
  Distances found{core::WideSums(1), core::WideSums(k), core::WideSums(2)};
  std::vector<std::int32_t> one;
  std::vector<std::vector<double>> squares(k);
  kernel::for_each_block(data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
    for (std::size_t c = 0; c < k; ++c) {
      one.assign(tiles.size() * tile_rows, static_cast<std::int32_t>(c));
      squares[c].resize(one.size());
      kernel::squares_from_own(tiles, means, one.data(), squares[c].data());
    }
    const auto begin = first * tile_rows;
    const auto end = std::min(begin + one.size(), labels.size());
    for (auto row = begin; row < end; ++row) {
      if (labels[row] < 0) continue;
      const auto label = static_cast<std::size_t>(labels[row]);
      const double square = squares[label][row - begin];
      const double own = std::sqrt(square);
      double other = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < k; ++c) {
        if (c != label) other = std::min(other, std::sqrt(squares[c][row - begin]));
      }
      found.squares.add(0, data.weight(row) * square);
      found.own.add(label, data.weight(row) * own);
      ++found.customers;
      const double longest = std::max(own, other);
      if (!(longest > 0) || std::isinf(other)) continue;
      const double gain = (other - own) / longest;
      found.gained.add(gain < 0 ? 1 : 0, std::abs(gain));
    }
  });
  comm::sum_over_ranks(world, found.squares);
  comm::sum_over_ranks(world, found.own);
  comm::sum_over_ranks(world, found.gained);
  found.customers = comm::sum_over_ranks(world, found.customers);
  return found;
}

/// The mean over groups of the worst neighbour: how wide both are, as a share of how far they are apart.
double davies_bouldin(const core::Centroids& means, const std::vector<double>& weights, core::WideSums& own) {
  double sum = 0;
  std::size_t groups = 0;
  for (std::size_t a = 0; a < means.k(); ++a) {
    if (weights[a] == 0) continue;
    double worst = 0;
    for (std::size_t b = 0; b < means.k(); ++b) {
      if (a == b || weights[b] == 0) continue;
      double square = 0;
      for (std::size_t j = 0; j < means.p(); ++j)
        square += (means.at(a, j) - means.at(b, j)) * (means.at(a, j) - means.at(b, j));
      worst = std::max(worst, (own.value(a) / weights[a] + own.value(b) / weights[b]) / std::sqrt(square));
    }
    sum += worst;
    ++groups;
  }
  return groups < 2 ? core::not_a_number : sum / static_cast<double>(groups);
}

/// The inertia about everybody's mean, of those with a label: what their squares have beyond those of the
/// mean. One look at the rows. Collective.
double total_inertia(const comm::Communicator& world, const kernel::Data& data,
                     std::span<const std::int32_t> labels) {
  const core::Centroids origin(1, data.matrix.columns());
  kernel::CentroidSums sums(data, 1);
  core::WideSums squares(1);
  kernel::for_each_block(data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
    std::vector<double> own(tiles.size() * tile_rows);
    const std::vector<std::int32_t> zeros(own.size(), 0);
    kernel::squares_from_own(tiles, origin, zeros.data(), own.data());
    std::vector<kernel::Move> moves;
    const auto begin = first * tile_rows;
    for (auto row = begin; row < std::min(begin + own.size(), labels.size()); ++row) {
      if (labels[row] < 0) continue;
      squares.add(0, data.weight(row) * own[row - begin]);
      moves.push_back(move_into(data, row, 0));
    }
    sums.move(moves);
  });
  comm::sum_over_ranks(world, squares);
  return static_cast<double>(kernel::sum_over_ranks(world, sums).least_inertia(squares.value(0)));
}

double explained(double inertia, double total) {
  return total > 0 ? 1 - inertia / total : core::not_a_number;
}

}  // namespace

std::vector<Measure> fit_measures(const comm::Communicator& world, const kernel::Data& data,
                                  const cluster::Segments& segments) {
  const auto total = total_inertia(world, data, segments.assignment.label);
  std::vector<Measure> found{{"inertia", segments.total_inertia},
                             {"explained", explained(segments.total_inertia, total)}};
  if (!cluster::is_mixture(segments.model)) return found;
  for (auto& measure : mixture_measures(world, data, segments.model)) found.push_back(std::move(measure));
  return found;
}

std::vector<Measure> mixture_measures(const comm::Communicator& world, const kernel::Data& data,
                                      const cluster::Model& model) {
  const auto likelihood = cluster::measure_likelihood(world, data, model);
  const auto n = static_cast<double>(data.global_rows);
  const auto parameters = static_cast<double>(likelihood.parameters);
  const auto k = static_cast<double>(cluster::centres(model).k());
  const double bic = parameters * std::log(n) - 2 * likelihood.log_likelihood;
  std::vector<Measure> found{{"log_likelihood", likelihood.log_likelihood},
                             {"parameters", parameters},
                             {"bic", bic},
                             {"aic", 2 * parameters - 2 * likelihood.log_likelihood},
                             {"icl", bic + 2 * likelihood.entropy}};
  if (k > 1) found.push_back({"entropy_r2", 1 - likelihood.entropy / (data.total_weight * std::log(k))});
  return found;
}

std::vector<Measure> partition_measures(const comm::Communicator& world, const kernel::Data& data,
                                        std::span<const std::int32_t> labels, std::size_t k,
                                        std::uint64_t seed, std::int64_t sample) {
  const auto sums = sums_of(world, data, labels, k);
  const auto means = sums.means(core::Centroids(k, data.matrix.columns()));
  auto distances = distances_of(world, data, means, labels);
  const double inertia = distances.squares.value(0);
  const double total = total_inertia(world, data, labels);
  const auto groups = static_cast<double>(
      std::count_if(sums.counts.begin(), sums.counts.end(), [](std::int64_t count) { return count > 0; }));
  const auto n = static_cast<double>(distances.customers);
  const bool several = groups > 1 && n > groups;
  const auto silhouette = sampled_silhouette(world, data, labels, k, seed, sample);
  return {{"inertia", inertia},
          {"explained", explained(inertia, total)},
          {"calinski_harabasz",
           several ? (total - inertia) / (groups - 1) / (inertia / (n - groups)) : core::not_a_number},
          {"davies_bouldin", davies_bouldin(means, sums.weights, distances.own)},
          {"simplified_silhouette",
           several ? (distances.gained.value(0) - distances.gained.value(1)) / n : core::not_a_number},
          {"silhouette", several ? silhouette.value : core::not_a_number, silhouette.error}};
}

}  // namespace psychograph::evaluate
