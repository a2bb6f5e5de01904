#include "kernel/closeness.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace psychograph::kernel {
namespace {

/// Below, products leave the range of float.
constexpr double smallest_square = 0x1p-110;

/// Whether 0 < |a - b|^2 < `most`.
bool nearer(const double* a, const double* b, std::size_t p, double most) {
  double square = 0;
  for (std::size_t j = 0; j < p && square < most; ++j) square += (a[j] - b[j]) * (a[j] - b[j]);
  return square > 0 && square < most;
}

}  // namespace

bool too_close_for_float(const core::Centroids& centroids) {
  const auto p = centroids.p();
  // Half the squared distance against the scores' rounding, (p + 8) 2^-23 (|c|^2 + |x|^2) with x at c.
  const double share = static_cast<double>(p + 8) * 0x1p-21;
  std::vector<std::pair<double, std::size_t>> by_square;  // |c|^2, c
  for (std::size_t c = 0; c < centroids.k(); ++c) {
    double square = 0;
    for (std::size_t j = 0; j < p; ++j) square += centroids.at(c, j) * centroids.at(c, j);
    by_square.emplace_back(square, c);
  }
  std::sort(by_square.begin(), by_square.end());
  for (std::size_t i = 1; i < by_square.size(); ++i) {
    const double square = by_square[i].first;
    const double most = std::max(share * square, smallest_square);
    for (std::size_t j = i; j-- > 0;) {
      // | |a|^2 - |b|^2 | <= |a - b| (|a| + |b|), so that those much nearer to the origin are out of
      // question.
      const double difference = square - by_square[j].first;
      if (difference * difference > 4 * square * most) break;
      if (nearer(centroids.row(by_square[i].second), centroids.row(by_square[j].second), p, most))
        return true;
    }
  }
  return false;
}

}  // namespace psychograph::kernel
