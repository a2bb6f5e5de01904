// Labels from whole numbers: where the processor multiplies pairs of 16-bit integers (AVX-512 VNNI), it does
// twice as many products a second as with floats. Few rows are so near to a border that rounding to 16 bits
// could give them another label; those are named, to be compared again by the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernel/kernel.hpp"

namespace psychograph::kernel {

/// Centroids as the screen reads them, and how far its scores can be from the kernel's. Scores are whole
/// numbers, |c|^2/2 - x.c in units of 1 / (row_scale * centroid_scale).
struct ScreenedCentroids {
  static constexpr std::size_t at_once = 8;  ///< centroids, in a turn

  std::size_t k = 0;
  std::size_t p = 0;
  std::vector<std::int32_t> pairs;    ///< [turns, p / 2 rounded up, 8] -c of two features, 16 bits each
  std::vector<std::int32_t> offsets;  ///< [turns, 8] |c|^2/2; beyond k: more than any score
  std::int32_t index_mask = 0;        ///< low bits of a score that give way to the centroid's index
  float row_scale = 0;                ///< rows are multiplied with it, and rounded
  float longest = 0;                  ///< rows that are longer, scaled, are not sure
  float margin = 0;                   ///< with the next, how far the two best scores must be apart: this
  float margin_of_length = 0;         ///< and this for each unit of a row's length, scaled

  [[nodiscard]] std::size_t turns() const { return (k + at_once - 1) / at_once; }
  [[nodiscard]] std::size_t pairs_of_features() const { return (p + 1) / 2; }
};

class Screen {
 public:
  /// Whether the processor has the instructions, the target in force includes them, and they are faster than
  /// the kernel for k centroids.
  static bool pays(std::size_t k);

  /// Rows longer than `reach` are never sure. Precondition: pays(centroids.k()).
  Screen(const PackedCentroids& centroids, double reach);

  /// Bit i of unsure[t] says that row i of tile t has to be compared again; the labels [16 * tiles] of the
  /// others are those of `kernel::nearest`, bit for bit (docs/design.md, "Whole numbers first"). Local.
  void nearest(Tiles tiles, std::int32_t* labels, std::uint16_t* unsure);

 private:
  ScreenedCentroids centroids_;
  std::vector<std::int32_t> rounded_;  ///< room for the rows of some tiles
};

}  // namespace psychograph::kernel
