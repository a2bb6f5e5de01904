// Squared distances in which directions count differently, and the exact sums of products behind them: what
// mixtures of normal distributions are made of. Every instruction set gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
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

/// Adds to each of `sums` the integer nearest to weight * values[j] * multipliers[j] (core/fixed_point.hpp).
/// All are [n]. Local.
void add_scaled(double weight, std::span<const double> values, std::span<const double> multipliers,
                std::span<std::int64_t> sums);

/// The same of the products values[i] * values[j] of the lower triangle [n (n + 1) / 2], row by row. Local.
void add_products(double weight, std::span<const double> values, std::span<const double> multipliers,
                  std::span<std::int64_t> sums);

}  // namespace psychograph::kernel
