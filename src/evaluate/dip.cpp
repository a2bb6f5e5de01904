#include "evaluate/dip.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace psychograph::evaluate {
namespace {

/// The numbers below the border between two bins, by the number of bins below it.
using Heights = std::vector<std::int64_t>;

/// Twice the area of a triangle of three borders: above 0 where b lies below the line from a to c.
std::int64_t turn(const Heights& heights, std::size_t a, std::size_t b, std::size_t c) {
  const auto run = [](std::size_t from, std::size_t to) { return static_cast<std::int64_t>(to - from); };
  return (heights[c] - heights[a]) * run(a, b) - (heights[b] - heights[a]) * run(a, c);
}

/// The corners, from left to right, of the greatest convex function below the heights from `first` to `last`;
/// with sign -1 of the least concave one above.
std::vector<std::size_t> hull(const Heights& heights, std::size_t first, std::size_t last,
                              std::int64_t sign) {
  std::vector<std::size_t> corners;
  for (auto i = first; i <= last; ++i) {
    while (corners.size() > 1 && sign * turn(heights, corners[corners.size() - 2], corners.back(), i) <= 0)
      corners.pop_back();
    corners.push_back(i);
  }
  return corners;
}

/// The line through corners left and right, at x.
double line_at(const Heights& heights, std::size_t left, std::size_t right, std::size_t x) {
  if (left == right) return static_cast<double>(heights[left]);
  return static_cast<double>(heights[left]) + static_cast<double>(heights[right] - heights[left]) *
                                                  static_cast<double>(x - left) /
                                                  static_cast<double>(right - left);
}

/// The largest distance of the heights from the hull with these corners, of those from `first` to `last`.
double farthest(const Heights& heights, const std::vector<std::size_t>& corners, std::size_t first,
                std::size_t last) {
  double most = 0;
  for (std::size_t i = 1; i < corners.size(); ++i) {
    if (corners[i - 1] < first || corners[i] > last) continue;
    for (auto x = corners[i - 1]; x <= corners[i]; ++x)
      most = std::max(
          most, std::abs(static_cast<double>(heights[x]) - line_at(heights, corners[i - 1], corners[i], x)));
  }
  return most;
}

/// Where the two hulls are farthest apart, and the corners around the place.
struct Gap {
  double width = 0;
  std::size_t left = 0;   ///< the last corner of the convex one that is not beyond the place
  std::size_t right = 0;  ///< the first corner of the concave one that is not before it
};

Gap widest_gap(const Heights& heights, const std::vector<std::size_t>& below,
               const std::vector<std::size_t>& above) {
  Gap found;
  const auto look = [&](std::size_t x) {
    const auto low = std::upper_bound(below.begin(), below.end(), x) - 1;
    const auto high = std::lower_bound(above.begin(), above.end(), x);
    const auto low_next = low + 1 == below.end() ? low : low + 1;
    const auto high_before = high == above.begin() ? high : high - 1;
    const double width = line_at(heights, *high_before, *high, x) - line_at(heights, *low, *low_next, x);
    if (width > found.width) found = {width, *low, *high};
  };
  for (const auto x : below) look(x);
  for (const auto x : above) look(x);
  return found;
}

/// P(sqrt(n) dip > x) for many evenly lying numbers: x, and the natural logarithm of the chance.
struct Tail {
  double x;
  double log_p;
};
/// Of 300,000 times 10,000 numbers in 32,768 bins.
constexpr std::array<Tail, 22> tails{
    {{0.0, 0.0},        {0.1984, -0.0001}, {0.2435, -0.0101}, {0.2910, -0.1054}, {0.3160, -0.2231},
     {0.3366, -0.3567}, {0.3558, -0.5108}, {0.3753, -0.6931}, {0.3964, -0.9163}, {0.4208, -1.2040},
     {0.4520, -1.6094}, {0.4724, -1.8971}, {0.4994, -2.3026}, {0.5216, -2.6593}, {0.5419, -2.9957},
     {0.5708, -3.5066}, {0.5931, -3.9120}, {0.6284, -4.6052}, {0.6597, -5.2983}, {0.7016, -6.2146},
     {0.7323, -6.9078}, {0.7626, -7.6009}}};
/// Beyond these the logarithm falls with x^2, by so much.
constexpr double fall = 15.5;

}  // namespace

double dip(std::span<const std::int64_t> counts) {
  Heights heights{0};
  for (const auto count : counts) heights.push_back(heights.back() + count);
  const auto n = static_cast<double>(heights.back());
  if (heights.back() == 0) return 0;
  std::size_t first = 0;
  std::size_t last = heights.size() - 1;
  while (heights[first + 1] == 0) ++first;
  while (heights[last - 1] == heights.back()) --last;
  double found = 0;
  while (true) {
    const auto below = hull(heights, first, last, 1);
    const auto above = hull(heights, first, last, -1);
    const auto gap = widest_gap(heights, below, above);
    if (gap.width <= found) break;
    found = std::max(
        {found, farthest(heights, below, first, gap.left), farthest(heights, above, gap.right, last)});
    first = gap.left;
    last = gap.right;
  }
  return found / 2 / n;
}

double dip_p(double dip, std::int64_t n) {
  const double x = std::sqrt(static_cast<double>(n)) * dip;
  const auto& last = tails.back();
  if (x >= last.x) return std::exp(last.log_p - fall * (x * x - last.x * last.x));
  std::size_t i = 1;
  while (tails[i].x < x) ++i;
  const auto& left = tails[i - 1];
  const auto& right = tails[i];
  const double part = (x * x - left.x * left.x) / (right.x * right.x - left.x * left.x);
  return std::exp(left.log_p + part * (right.log_p - left.log_p));
}

}  // namespace psychograph::evaluate
