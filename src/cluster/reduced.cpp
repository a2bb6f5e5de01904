#include "cluster/reduced.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "cluster/jacobi.hpp"
#include "cluster/lloyd.hpp"
#include "cluster/normal_sums.hpp"

namespace psychograph::cluster {
namespace {

using Axes = std::vector<std::vector<double>>;  ///< [q, p], of length 1 and at right angles

/// Where all customers are in the middle, by the means [k, p] of segments of such weights.
std::vector<double> middle_of(const core::Centroids& means, std::span<const double> weights) {
  std::vector<double> middle(means.p(), 0.0);
  double all = 0;
  for (std::size_t c = 0; c < means.k(); ++c) {
    all += weights[c];
    for (std::size_t j = 0; j < means.p(); ++j) middle[j] += weights[c] * means.at(c, j);
  }
  for (double& cell : middle) cell /= all;
  return middle;
}

/// Moves all means [k, p] by so much, `times` 1 or -1.
void move(core::Centroids& means, const std::vector<double>& way, double times) {
  for (std::size_t c = 0; c < means.k(); ++c) {
    for (std::size_t j = 0; j < means.p(); ++j) means.at(c, j) += times * way[j];
  }
}

/// Lays each of the means [k, p] onto the space of the axes.
void project(core::Centroids& means, const Axes& axes) {
  for (std::size_t c = 0; c < means.k(); ++c) {
    std::vector<double> projected(means.p(), 0.0);
    for (const auto& axis : axes) {
      double along = 0;
      for (std::size_t j = 0; j < means.p(); ++j) along += means.at(c, j) * axis[j];
      for (std::size_t j = 0; j < means.p(); ++j) projected[j] += along * axis[j];
    }
    std::copy(projected.begin(), projected.end(), means.row(c));
  }
}

/// The axes in which means of such weights are farthest from the origin: eigenvectors of M' W M, by way of
/// the smaller matrix of the root weights' W M M' W.
Axes axes_between(const core::Centroids& means, std::span<const double> weights, std::size_t dimensions) {
  const auto k = means.k();
  std::vector<double> products(k * k);
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      double sum = 0;
      for (std::size_t j = 0; j < means.p(); ++j) sum += means.at(a, j) * means.at(b, j);
      products[a * k + b] = products[b * k + a] = sum * std::sqrt(weights[a]) * std::sqrt(weights[b]);
    }
  }
  const auto found = eigen_of(std::move(products), k);
  Axes axes;
  for (std::size_t i = 0; i < std::min(dimensions, k); ++i) {
    constexpr double nothing = 1e-14;
    if (!(found.values[i] > nothing * found.values.front())) break;
    std::vector<double> axis(means.p(), 0.0);
    for (std::size_t c = 0; c < k; ++c) {
      const double part = found.vectors[i * k + c] * std::sqrt(weights[c]) / std::sqrt(found.values[i]);
      for (std::size_t j = 0; j < means.p(); ++j) axis[j] += part * means.at(c, j);
    }
    axes.push_back(std::move(axis));
  }
  return axes;
}

Settle onto_axes_between(const spec::Cluster& options) {
  const auto dimensions = static_cast<std::size_t>(options.dimensions);
  return [dimensions](core::Centroids& means, std::span<const double> weights) {
    if (dimensions >= std::min(means.k() - 1, means.p())) return;  // they lie in no more
    const auto middle = middle_of(means, weights);
    move(means, middle, -1);
    project(means, axes_between(means, weights, dimensions));
    move(means, middle, 1);
  };
}

/// The axes in which all customers vary most. Collective.
Axes main_axes(const FitInput& input) {
  const auto& data = input.data;
  const auto p = data.matrix.columns();
  NormalSums sums(data, 1, Products::all);
  add_everybody(data, sums);
  sums.sum_over_ranks(input.world);
  std::vector<double> products(p * p);
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j <= i; ++j)
      products[i * p + j] = products[j * p + i] =
          sums.product(0, i, j) - sums.row(0, i) * sums.row(0, j) / sums.weight(0);
  }
  const auto found = eigen_of(std::move(products), p);
  Axes axes;
  for (std::size_t i = 0; i < std::min<std::size_t>(p, static_cast<std::size_t>(input.options.dimensions));
       ++i) {
    const auto first = found.vectors.begin() + static_cast<std::ptrdiff_t>(i * p);
    axes.emplace_back(first, first + static_cast<std::ptrdiff_t>(p));
  }
  return axes;
}

/// Collective.
Settle onto_main_axes(const FitInput& input) {
  if (static_cast<std::size_t>(input.options.dimensions) >= input.data.matrix.columns()) return {};
  return [axes = main_axes(input)](core::Centroids& means, std::span<const double> weights) {
    const auto middle = middle_of(means, weights);
    move(means, middle, -1);
    project(means, axes);
    move(means, middle, 1);
  };
}

}  // namespace

const Algorithm reduced_kmeans{.takes_starts = true,
                               .work = [](const spec::Cluster& options) { return Work{.k = options.k}; },
                               .begin =
                                   [](const FitInput& input, const Starts& starts, std::int64_t restart) {
                                     return begin_lloyd(input, onto_axes_between(input.options),
                                                        starts.of(restart));
                                   },
                               .find_fault = find_lloyd_fault,
                               .resume =
                                   [](const FitInput& input, std::span<const std::uint64_t> state) {
                                     return resume_lloyd(input, onto_axes_between(input.options), state);
                                   }};

const Algorithm factor_kmeans{.takes_starts = true,
                              .work = [](const spec::Cluster& options) { return Work{.k = options.k}; },
                              .begin =
                                  [](const FitInput& input, const Starts& starts, std::int64_t restart) {
                                    return begin_lloyd(input, onto_main_axes(input), starts.of(restart));
                                  },
                              .find_fault = find_lloyd_fault,
                              .resume =
                                  [](const FitInput& input, std::span<const std::uint64_t> state) {
                                    return resume_lloyd(input, onto_main_axes(input), state);
                                  }};

}  // namespace psychograph::cluster
