// Small symmetric matrices by their lower triangle, row by row: the same operations in the same order on
// every machine.
#pragma once

#include <cstddef>
#include <vector>

namespace psychograph::core {

/// The place of (i, j), j <= i.
inline std::size_t triangle(std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; }

/// The inverse W of the Cholesky factor of a positive definite matrix of `p` columns: x' A^-1 x = |W x|^2.
/// What rounding leaves below 0 on the diagonal counts as the smallest that is above. Local.
std::vector<double> inverse_cholesky(std::vector<double> matrix, std::size_t p);

}  // namespace psychograph::core
