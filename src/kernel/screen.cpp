#include "kernel/screen.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/instruction_set.hpp"
#include "kernel/screen_loops.hpp"

namespace psychograph::kernel {
namespace {

constexpr double largest = 32700;  // of 16 bits, with room for rounding

double length(const PackedCentroids& centroids, std::size_t c) {
  double square = 0;
  for (std::size_t j = 0; j < centroids.p(); ++j) {
    const auto value = static_cast<double>(centroids.at(c, j));
    square += value * value;
  }
  return std::sqrt(square);
}

std::int32_t pair_of(long low, long high) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(high) << 16 |
                                   (static_cast<std::uint32_t>(low) & 0xFFFFU));
}

}  // namespace

bool Screen::pays(std::size_t k) {
  constexpr std::size_t fewest = 17;  // of fewer, memory is what is waited for
  constexpr std::size_t most = std::size_t{1} << 16;
  return k >= fewest && k <= most && core::has_whole_numbers();
}

/// The derivation of the margin is in docs/design.md, "Whole numbers first".
Screen::Screen(const PackedCentroids& centroids, double reach) {
  auto& own = centroids_;
  own.k = centroids.k();
  own.p = centroids.p();
  const auto p = static_cast<double>(own.p);
  double longest = 0;
  for (std::size_t c = 0; c < own.k; ++c) longest = std::max(longest, length(centroids, c));
  // Away from the ends of float; a score of |c|^2/2 fits because no centroid is longer than the reach.
  longest = std::max(longest, 0x1p-40);
  reach = std::max(reach, longest);
  own.row_scale = static_cast<float>(largest / reach);
  const auto row_scale = static_cast<double>(own.row_scale);
  const double centroid_scale = largest / longest;

  const std::size_t features = own.pairs_of_features();
  own.pairs.assign(own.turns() * features * own.at_once, 0);
  own.offsets.assign(own.turns() * own.at_once, std::numeric_limits<std::int32_t>::max());
  double rounded_off = 0;  // the longest difference of a scaled centroid from its whole numbers
  for (std::size_t c = 0; c < own.k; ++c) {
    double square = 0;
    const auto whole = [&](std::size_t j) {
      if (j >= own.p) return 0L;
      const double scaled = static_cast<double>(centroids.at(c, j)) * centroid_scale;
      const long result = std::lround(scaled);
      square += (scaled - static_cast<double>(result)) * (scaled - static_cast<double>(result));
      return result;
    };
    std::int32_t* const pairs = own.pairs.data() + c / own.at_once * features * own.at_once + c % own.at_once;
    for (std::size_t i = 0; i < features; ++i) {
      const long low = whole(2 * i);
      const long high = whole(2 * i + 1);
      pairs[i * own.at_once] = pair_of(-low, -high);
    }
    rounded_off = std::max(rounded_off, std::sqrt(square));
    const double half_square = length(centroids, c) * length(centroids, c) / 2;
    own.offsets[c] = static_cast<std::int32_t>(std::lround(half_square * row_scale * centroid_scale));
  }

  own.index_mask = static_cast<std::int32_t>(std::bit_ceil(own.k) - 1);
  own.longest = static_cast<float>(largest);
  const double row_rounding = 0.51 * std::sqrt(p) * (largest + rounded_off);
  const double kernel_rounding =
      (p + 8) * 0x1p-23 * (longest * longest + reach * reach + 0x1p-80) * row_scale * centroid_scale;
  constexpr double whole_numbers = 2 + 512;  // offsets, and scores as floats
  constexpr double hair = 1 + 0x1p-10;
  own.margin =
      static_cast<float>(hair * (own.index_mask + 2 * (row_rounding + kernel_rounding + whole_numbers)));
  own.margin_of_length = static_cast<float>(hair * 2 * rounded_off);
}

void Screen::nearest(Tiles tiles, std::int32_t* labels, std::uint16_t* unsure) {
  screen_tiles(tiles, centroids_, rounded_, labels, unsure);
}

}  // namespace psychograph::kernel
