// What tests of k-means in few dimensions share.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <random>

#include "cluster/jacobi.hpp"
#include "comm/all_reduce.hpp"
#include "distributed/cluster/any_algorithm.hpp"

namespace psychograph::cluster::testing_algorithms {

inline spec::Cluster reduced_of(spec::Algorithm algorithm, std::int64_t k, std::int64_t dimensions) {
  spec::Cluster options;
  options.algorithm = algorithm;
  options.k = k;
  options.dimensions = dimensions;
  options.restarts = 4;
  return options;
}

/// By assigning and by the eigenvectors of the whole [p, p] matrix between means, until nothing falls.
inline double plain_reduced(const Rows& rows, core::Centroids centroids, std::size_t dimensions) {
  const auto n = static_cast<std::size_t>(rows.n());
  const auto p = rows.p;
  const auto k = centroids.k();
  double best = std::numeric_limits<double>::infinity();
  while (true) {
    std::vector<double> weight(k, 0.0);
    core::Centroids means(k, p);
    double inertia = 0;
    for (std::size_t i = 0; i < n; ++i) {
      std::size_t nearest = 0;
      double least = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < k; ++c) {
        double square = 0;
        for (std::size_t j = 0; j < p; ++j)
          square += std::pow(static_cast<double>(rows.cells[i * p + j]) - centroids.at(c, j), 2);
        if (square < least) {
          least = square;
          nearest = c;
        }
      }
      const double own = rows.weights.empty() ? 1 : rows.weights[i];
      inertia += own * least;
      weight[nearest] += own;
      for (std::size_t j = 0; j < p; ++j)
        means.at(nearest, j) += own * static_cast<double>(rows.cells[i * p + j]);
    }
    if (inertia >= best * (1 - 1e-14)) return std::min(best, inertia);
    best = inertia;
    std::vector<double> between(p * p, 0.0);
    std::vector<double> middle(p, 0.0);
    double all = 0;
    for (std::size_t c = 0; c < k; ++c) {
      all += weight[c];
      for (std::size_t j = 0; j < p; ++j) middle[j] += means.at(c, j);
    }
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t j = 0; j < p; ++j) means.at(c, j) = means.at(c, j) / weight[c] - middle[j] / all;
      for (std::size_t i = 0; i < p; ++i) {
        for (std::size_t j = 0; j < p; ++j) between[i * p + j] += weight[c] * means.at(c, i) * means.at(c, j);
      }
    }
    const auto axes = eigen_of(between, p);
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t j = 0; j < p; ++j) {
        double cell = middle[j] / all;
        for (std::size_t d = 0; d < dimensions; ++d) {
          double along = 0;
          for (std::size_t i = 0; i < p; ++i) along += means.at(c, i) * axes.vectors[d * p + i];
          cell += along * axes.vectors[d * p + j];
        }
        centroids.at(c, j) = cell;
      }
    }
  }
}

/// Three segments in two columns, and six others of two broad traits that have nothing to do with them: each
/// trait has more variance than each direction between segments, and less of it goes where it is cut in
/// three.
inline std::pair<Rows, std::vector<std::int32_t>> masked_segments() {
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  Rows rows{{}, 8};
  std::vector<std::int32_t> truth;
  const float centres[3][2] = {{3.0F, 0.0F}, {-1.5F, 2.6F}, {-1.5F, -2.6F}};
  for (int i = 0; i < 600; ++i) {
    truth.push_back(i % 3);
    for (int j = 0; j < 2; ++j) rows.cells.push_back(0.2F * normal(random) + centres[i % 3][j]);
    const float traits[] = {1.4F * normal(random), 1.4F * normal(random)};
    for (int j = 0; j < 6; ++j) rows.cells.push_back(traits[j % 2] + 0.1F * normal(random));
  }
  return {rows, truth};
}

/// Of the customers, in the best of a few matchings: each found segment is the true one that most of it is
/// of.
inline double share_found(const comm::Communicator& world, const Rows& rows,
                          const std::vector<std::int32_t>& truth, spec::Algorithm algorithm) {
  auto wanted = reduced_of(algorithm, 3, 2);
  wanted.restarts = 12;
  const auto outcome = run(world, rows, wanted);
  const auto begin = static_cast<std::int64_t>(truth.size()) * world.rank() / world.size();
  std::vector<std::int64_t> counts(9, 0);
  for (std::size_t i = 0; i < outcome.segments.assignment.label.size(); ++i)
    ++counts[static_cast<std::size_t>(outcome.segments.assignment.label[i] * 3 +
                                      truth[static_cast<std::size_t>(begin) + i])];
  comm::sum_over_ranks(world, counts);
  std::int64_t right = 0;
  for (std::size_t c = 0; c < 3; ++c) right += *std::max_element(&counts[c * 3], &counts[c * 3] + 3);
  return static_cast<double>(right) / static_cast<double>(truth.size());
}

}  // namespace psychograph::cluster::testing_algorithms
