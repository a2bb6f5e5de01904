#include "positioning/components.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Eigenvalues>

namespace psychograph::positioning {
namespace {

using Matrix = Eigen::MatrixXd;

void orient(Matrix& vectors) {
  for (Eigen::Index c = 0; c < vectors.cols(); ++c) {
    Eigen::Index most = 0;
    for (Eigen::Index j = 0; j < vectors.rows(); ++j) {
      if (std::abs(vectors(j, c)) > std::abs(vectors(most, c))) most = j;
    }
    if (vectors(most, c) < 0) vectors.col(c) *= -1;
  }
}

}  // namespace

double Components::share(std::size_t component) const {
  return eigenvalues[component] / std::accumulate(eigenvalues.begin(), eigenvalues.end(), 0.0);
}

Components find_components(const typing::Moments& moments, std::size_t features) {
  const auto p = static_cast<Eigen::Index>(features);
  const auto n = static_cast<double>(moments.count());
  std::vector<double> deviation(features);
  for (std::size_t j = 0; j < features; ++j) deviation[j] = std::sqrt(moments.total(j, j) / n);
  Matrix correlations = Matrix::Zero(p, p);
  Matrix within = Matrix::Zero(p, p);
  for (std::size_t i = 0; i < features; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      const double scale = n * deviation[i] * deviation[j];
      if (!(scale > 0)) continue;
      correlations(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = correlations(
          static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i)) = moments.total(i, j) / scale;
      within(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
          within(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i)) = moments.within(i, j) / scale;
    }
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(correlations);
  Matrix vectors = solver.eigenvectors().rowwise().reverse();
  orient(vectors);
  Components found;
  found.features = features;
  for (Eigen::Index c = p; c-- > 0;) found.eigenvalues.push_back(std::max(0.0, solver.eigenvalues()(c)));
  for (std::size_t j = 0; j < features; ++j) {
    for (std::size_t c = 0; c < features; ++c)
      found.loadings.push_back(vectors(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(c)));
  }
  const Matrix spread = vectors.transpose() * within * vectors;
  for (std::size_t g = 0; g < moments.segments(); ++g) {
    for (std::size_t c = 0; c < features; ++c) {
      double score = 0;
      for (std::size_t j = 0; j < features; ++j) {
        if (deviation[j] > 0)
          score += vectors(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(c)) *
                   (moments.mean(g, j) - moments.mean(j)) / deviation[j];
      }
      found.scores.push_back(score);
    }
    const auto own = static_cast<double>(std::max<std::int64_t>(1, moments.count(g)));
    const Eigen::Index second = p > 1 ? 1 : 0;
    for (const double value : {spread(0, 0), spread(0, second), spread(second, second)})
      found.doubts.push_back(value / own);
  }
  return found;
}

}  // namespace psychograph::positioning
