#include "typing/discriminant.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include <Eigen/Cholesky>

namespace psychograph::typing {
namespace {

constexpr double ridge = 1e-9;
constexpr std::size_t rows_at_once = 256;

/// Eigen blocks products by the caches that it finds: here by the same ones on any machine.
void fix_blocks() {
  static const bool done = [] {
    Eigen::setCpuCacheSizes(std::ptrdiff_t{32} << 10, std::ptrdiff_t{512} << 10, std::ptrdiff_t{4} << 20);
    return true;
  }();
  static_cast<void>(done);
}

/// Not the C library's of doubles: that one picks code by the machine.
double logarithm(double value) { return static_cast<double>(std::log(static_cast<long double>(value))); }

}  // namespace

Discriminant fit(const Moments& moments, std::span<const std::size_t> predictors) {
  fix_blocks();
  const auto m = static_cast<Eigen::Index>(predictors.size());
  const auto k = moments.segments();
  const auto n = static_cast<double>(moments.count());
  const double freedom = std::max(1.0, n - static_cast<double>(k));
  Eigen::MatrixXd covariance(m, m);
  Eigen::MatrixXd means(m, static_cast<Eigen::Index>(k));
  for (Eigen::Index i = 0; i < m; ++i) {
    const auto one = predictors[static_cast<std::size_t>(i)];
    for (Eigen::Index j = 0; j <= i; ++j) {
      covariance(i, j) = covariance(j, i) =
          moments.within(one, predictors[static_cast<std::size_t>(j)]) / freedom;
    }
    const double total = moments.total(one, one) / n;
    covariance(i, i) = std::max(0.0, covariance(i, i)) + (total > 0 ? ridge * total : 1.0);
    for (std::size_t g = 0; g < k; ++g) means(i, static_cast<Eigen::Index>(g)) = moments.mean(g, one);
  }
  const Eigen::MatrixXd weights = covariance.llt().solve(means);
  Discriminant model{{predictors.begin(), predictors.end()}, std::vector<double>(k), {}};
  for (std::size_t g = 0; g < k; ++g) {
    const auto column = static_cast<Eigen::Index>(g);
    const auto count = static_cast<double>(moments.count(g));
    double half = 0;
    for (Eigen::Index i = 0; i < m; ++i) half += means(i, column) * weights(i, column);
    model.offsets[g] = count > 0 ? logarithm(count / n) - half / 2 : -std::numeric_limits<double>::infinity();
  }
  for (Eigen::Index i = 0; i < m; ++i) {
    for (std::size_t g = 0; g < k; ++g) model.weights.push_back(weights(i, static_cast<Eigen::Index>(g)));
  }
  return model;
}

void classify(const Discriminant& model, std::span<const double* const> columns, std::size_t rows,
              std::vector<double>& scores, std::int32_t* segments) {
  const auto k = model.segments();
  scores.resize(2 * rows_at_once);
  for (std::size_t begin = 0; begin < rows; begin += rows_at_once) {
    const auto count = std::min(rows_at_once, rows - begin);
    auto* const best = scores.data();
    auto* const score = scores.data() + rows_at_once;
    std::fill_n(best, count, -std::numeric_limits<double>::infinity());
    std::fill_n(segments + begin, count, 0);
    for (std::size_t g = 0; g < k; ++g) {
      std::fill_n(score, count, model.offsets[g]);
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const double weight = model.weights[i * k + g];
        const auto* const cells = columns[i] + begin;
        for (std::size_t row = 0; row < count; ++row) score[row] += weight * cells[row];
      }
      const auto segment = static_cast<std::int32_t>(g);
      auto* const found = segments + begin;
      for (std::size_t row = 0; row < count; ++row) {
        const bool higher = score[row] > best[row];
        found[row] = higher ? segment : found[row];
        best[row] = higher ? score[row] : best[row];
      }
    }
  }
}

}  // namespace psychograph::typing
