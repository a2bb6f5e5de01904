#include "evaluate/valleys.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

#include "comm/all_reduce.hpp"
#include "core/exp_log.hpp"
#include "evaluate/dip.hpp"
#include "kernel/kernel.hpp"
#include "kernel/tile_blocks.hpp"

namespace psychograph::evaluate {
namespace {

using core::tile_rows;

constexpr std::size_t most_compared = 30;  ///< segments, of which each pair is looked at
constexpr std::size_t neighbours = 8;      ///< of each, where there are more
constexpr double reach = 0.75;             ///< from the border, in distances between the centroids
constexpr std::int64_t least_customers = 40;
constexpr std::int64_t least_of_each = 10;

double square_between(const core::Centroids& centroids, std::size_t a, std::size_t b) {
  double square = 0;
  for (std::size_t j = 0; j < centroids.p(); ++j) {
    const double apart = centroids.at(a, j) - centroids.at(b, j);
    square += apart * apart;
  }
  return square;
}

/// Whether b is one of the nearest to a.
bool is_near(const core::Centroids& centroids, std::size_t a, std::size_t b) {
  const double own = square_between(centroids, a, b);
  std::size_t nearer = 0;
  for (std::size_t c = 0; c < centroids.k(); ++c)
    nearer += c != a && c != b && square_between(centroids, a, c) < own ? 1 : 0;
  return nearer < neighbours;
}

/// Whether another centroid is nearer to the midpoint than these two are: then it stands between them.
bool one_between(const core::Centroids& centroids, std::size_t a, std::size_t b) {
  const double own = square_between(centroids, a, b) / 4;
  for (std::size_t c = 0; c < centroids.k(); ++c) {
    if (c == a || c == b) continue;
    double square = 0;
    for (std::size_t j = 0; j < centroids.p(); ++j) {
      const double apart = (centroids.at(a, j) + centroids.at(b, j)) / 2 - centroids.at(c, j);
      square += apart * apart;
    }
    if (square < own) return true;
  }
  return false;
}

struct Pair {
  std::size_t a, b;
  double square;  ///< between the two
};

std::vector<Pair> pairs_of(const core::Centroids& centroids) {
  std::vector<Pair> pairs;
  for (std::size_t a = 0; a < centroids.k(); ++a) {
    for (auto b = a + 1; b < centroids.k(); ++b) {
      if (centroids.k() > most_compared && !is_near(centroids, a, b) && !is_near(centroids, b, a)) continue;
      const double square = square_between(centroids, a, b);
      if (square > 0 && !one_between(centroids, a, b)) pairs.push_back({a, b, square});
    }
  }
  return pairs;
}

/// A row's squared distances from all centroids, and the three that are nearest: any two of these are left
/// out, and one remains to be compared with.
struct Distances {
  std::vector<double> squares;  ///< [k]
  std::array<std::size_t, 3> nearest{};
  std::size_t count = 0;  ///< of these, where k is less

  void sort() {
    count = std::min<std::size_t>(3, squares.size());
    std::vector<std::size_t> order(squares.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                      [&](auto one, auto other) { return squares[one] < squares[other]; });
    std::copy_n(order.begin(), count, nearest.begin());
  }
  [[nodiscard]] double nearest_but(std::size_t a, std::size_t b) const {
    for (std::size_t i = 0; i < count; ++i) {
      if (nearest[i] != a && nearest[i] != b) return squares[nearest[i]];
    }
    return std::numeric_limits<double>::infinity();
  }
};

/// Of a pair: its bins, and behind these the customers of a and of b.
constexpr std::size_t pair_counts = valley_bins + 2;

void count_row(const std::vector<Pair>& pairs, const Distances& row, std::span<std::int64_t> counts) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto& [a, b, square] = pairs[i];
    const double from_a = row.squares[a];
    const double from_b = row.squares[b];
    const double from_midpoint = (from_a + from_b) / 2 - square / 4;
    if (from_midpoint > row.nearest_but(a, b)) continue;
    const double place = (from_a - from_b) / (2 * square);  // -1/2 at a, 1/2 at b
    if (!(place >= -reach && place < reach)) continue;
    const auto bin =
        static_cast<std::size_t>((place + reach) / (2 * reach) * static_cast<double>(valley_bins));
    ++counts[i * pair_counts + std::min(bin, valley_bins - 1)];
    if (row.nearest[0] == a) ++counts[i * pair_counts + valley_bins];
    if (row.nearest[0] == b) ++counts[i * pair_counts + valley_bins + 1];
  }
}

void count_rows(const kernel::Data& data, const core::Centroids& centroids, const std::vector<Pair>& pairs,
                std::span<std::int64_t> counts) {
  const auto k = centroids.k();
  std::vector<std::int32_t> one;
  std::vector<std::vector<double>> squares(k);
  Distances row;
  kernel::for_each_block(data.matrix, [&](std::size_t first, kernel::Tiles tiles) {
    for (std::size_t c = 0; c < k; ++c) {
      one.assign(tiles.size() * tile_rows, static_cast<std::int32_t>(c));
      squares[c].resize(one.size());
      kernel::squares_from_own(tiles, centroids, one.data(), squares[c].data());
    }
    const auto begin = first * tile_rows;
    for (auto at = begin; at < std::min(begin + one.size(), data.local_rows()); ++at) {
      if (!(data.weight(at) > 0)) continue;
      row.squares.resize(k);
      for (std::size_t c = 0; c < k; ++c) row.squares[c] = squares[c][at - begin];
      row.sort();
      count_row(pairs, row, counts);
    }
  });
}

/// e^(log(n) * power), with the same bits everywhere.
double power_of(double n, double power) {
  double value[] = {n};
  core::take_logarithms(value);
  value[0] *= power;
  core::exponentiate(value);
  return value[0];
}

/// The population deviation of the bins' numbers on one side.
struct Side {
  double n = 0, mean = 0, square = 0;
};
Side side_of(std::span<const std::int64_t> counts) {
  Side side;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    side.n += static_cast<double>(counts[i]);
    side.mean += static_cast<double>(counts[i]) * static_cast<double>(i);
  }
  if (side.n == 0) return side;
  side.mean /= side.n;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double away = static_cast<double>(i) - side.mean;
    side.square += static_cast<double>(counts[i]) * away * away;
  }
  return side;
}

/// Counts, each spread over its neighbours by Epanechnikov's kernel of that width to each side.
std::vector<double> smoothed(std::span<const std::int64_t> counts, std::int64_t width) {
  const auto bins = static_cast<std::int64_t>(counts.size());
  std::vector<double> density(counts.size(), 0.0);
  for (std::int64_t i = 0; i < bins; ++i) {
    const auto count = static_cast<double>(counts[static_cast<std::size_t>(i)]);
    if (count == 0) continue;
    for (auto at = std::max<std::int64_t>(0, i - width); at <= std::min(bins - 1, i + width); ++at) {
      const double away = static_cast<double>(at - i) / static_cast<double>(width + 1);
      density[static_cast<std::size_t>(at)] += count * (1 - away * away);
    }
  }
  return density;
}

}  // namespace

std::int64_t Valley::customers() const {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

bool Valley::borders() const {
  return of_a >= least_of_each && of_b >= least_of_each && customers() >= least_customers;
}

double Valley::p() const { return dip_p(dip(counts), customers()); }

double Valley::depth() const {
  const auto left = std::span(counts).first(valley_bins / 2);
  const auto right = std::span(counts).last(valley_bins / 2);
  const auto side_a = side_of(left);
  const auto side_b = side_of(right);
  const double n = side_a.n + side_b.n;
  if (n == 0) return 1;
  // Silverman's rule for two heaps of one deviation; of the kernel as wide as a normal one of deviation 1.
  constexpr double rule = 0.9 * 2.214;
  const double deviation = std::sqrt((side_a.square + side_b.square) / n);
  const auto width = std::max<std::int64_t>(1, std::llround(rule * deviation * power_of(n, -0.2)));
  const auto density = smoothed(counts, width);
  const auto middle = density.begin() + valley_bins / 2;
  const double border = (*(middle - 1) + *middle) / 2;
  const double lower =
      std::min(*std::max_element(density.begin(), middle), *std::max_element(middle, density.end()));
  return lower > 0 ? border / lower : 1;
}

std::vector<Valley> find_valleys(const comm::Communicator& world, const kernel::Data& data,
                                 const core::Centroids& centroids) {
  const auto pairs = pairs_of(centroids);
  std::vector<std::int64_t> counts(pairs.size() * pair_counts, 0);
  count_rows(data, centroids, pairs, counts);
  comm::sum_over_ranks(world, counts);
  std::vector<Valley> valleys;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto first = counts.begin() + static_cast<std::ptrdiff_t>(i * pair_counts);
    valleys.push_back(
        {pairs[i].a, pairs[i].b, {first, first + valley_bins}, first[valley_bins], first[valley_bins + 1]});
  }
  return valleys;
}

}  // namespace psychograph::evaluate
