// Cells as the matrix has them, written at the vector unit's speed; compiled for every instruction set, and
// what the plain loop would do, to the bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace psychograph::features {

/// Cells as the matrix has them: (value - offset) * factor - centre, as float.
struct Affine {
  double offset;
  double factor;
  double centre;

  [[nodiscard]] float operator()(double value) const {
    return static_cast<float>((value - offset) * factor - centre);
  }
};

/// Writes the values, a multiple of 16, to the tiles of a feature matrix: 16 from `line` on, the next 16
/// `stride` floats further on.
/// Precondition: lines begin at multiples of 64 bytes.
void write_lines(std::span<const double> values, const Affine& affine, float* line, std::size_t stride);
/// The same for cells that are looked up by their bits: `encoded` is [256] or [65536].
void look_up_lines(std::span<const std::uint8_t> bits, const float* encoded, float* line, std::size_t stride);
void look_up_lines(std::span<const std::uint16_t> bits, const float* encoded, float* line,
                   std::size_t stride);

}  // namespace psychograph::features
