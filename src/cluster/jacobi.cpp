#include "cluster/jacobi.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace psychograph::cluster {
namespace {

/// Turns rows and columns i and j so that the element between them becomes 0.
void rotate(std::vector<double>& a, std::vector<double>& vectors, std::size_t n, std::size_t i,
            std::size_t j) {
  const double between = a[i * n + j];
  const double theta = (a[j * n + j] - a[i * n + i]) / (2 * between);
  const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
  const double c = 1 / std::sqrt(t * t + 1);
  const double s = t * c;
  for (std::size_t k = 0; k < n; ++k) {
    const double x = a[i * n + k];
    const double y = a[j * n + k];
    a[i * n + k] = c * x - s * y;
    a[j * n + k] = s * x + c * y;
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double x = a[k * n + i];
    const double y = a[k * n + j];
    a[k * n + i] = c * x - s * y;
    a[k * n + j] = s * x + c * y;
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double x = vectors[i * n + k];
    const double y = vectors[j * n + k];
    vectors[i * n + k] = c * x - s * y;
    vectors[j * n + k] = s * x + c * y;
  }
}

}  // namespace

Eigen eigen_of(std::vector<double> matrix, std::size_t n) {
  std::vector<double> vectors(n * n, 0.0);
  double size = 0;
  for (std::size_t i = 0; i < n; ++i) vectors[i * n + i] = 1;
  for (const double element : matrix) size = std::max(size, std::abs(element));
  constexpr double rounding = 0x1p-52;
  constexpr int most_sweeps = 60;
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    bool any = false;
    for (std::size_t i = 0; i < n; ++i) {
      for (auto j = i + 1; j < n; ++j) {
        if (!(std::abs(matrix[i * n + j]) > rounding * size)) continue;
        rotate(matrix, vectors, n, i, j);
        any = true;
      }
    }
    if (!any) break;
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto one, auto other) { return matrix[one * n + one] > matrix[other * n + other]; });
  Eigen found{{}, std::vector<double>(n * n)};
  for (std::size_t i = 0; i < n; ++i) {
    found.values.push_back(matrix[order[i] * n + order[i]]);
    std::copy_n(vectors.begin() + static_cast<std::ptrdiff_t>(order[i] * n), n,
                found.vectors.begin() + static_cast<std::ptrdiff_t>(i * n));
  }
  return found;
}

}  // namespace psychograph::cluster
