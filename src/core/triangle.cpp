#include "core/triangle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace psychograph::core {

std::vector<double> inverse_cholesky(std::vector<double> matrix, std::size_t p) {
  auto& l = matrix;
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = l[triangle(i, j)];
      for (std::size_t m = 0; m < j; ++m) sum -= l[triangle(i, m)] * l[triangle(j, m)];
      l[triangle(i, j)] =
          i == j ? std::sqrt(std::max(sum, std::numeric_limits<double>::min())) : sum / l[triangle(j, j)];
    }
  }
  std::vector<double> inverse(l.size());
  for (std::size_t j = 0; j < p; ++j) {
    inverse[triangle(j, j)] = 1 / l[triangle(j, j)];
    for (std::size_t i = j + 1; i < p; ++i) {
      double sum = 0;
      for (std::size_t m = j; m < i; ++m) sum -= l[triangle(i, m)] * inverse[triangle(m, j)];
      inverse[triangle(i, j)] = sum / l[triangle(i, i)];
    }
  }
  return inverse;
}

}  // namespace psychograph::core
