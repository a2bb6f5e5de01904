// Squared distances in which directions count differently: what mixtures of normal distributions are made of.
// Every instruction set gives the same bits.
#pragma once

#include <cstddef>
#include <span>

#include "kernel/kernel.hpp"

namespace psychograph::kernel {

/// Of each row [16 * tiles] the sum of (scales[j] (x_j - point_j))^2, columns in order. `point` and `scales`
/// are [p]. Local.
void scaled_squares(Tiles tiles, std::span<const double> point, std::span<const double> scales,
                    double* squares);

/// Of each row the sum of y_i^2, where y_i is the sum over j <= i of factor(i, j) (x_j - point_j), columns in
/// order. `factor` is the lower triangle [p (p + 1) / 2], row by row. Local.
void rotated_squares(Tiles tiles, std::span<const double> point, std::span<const double> factor,
                     double* squares);

}  // namespace psychograph::kernel
