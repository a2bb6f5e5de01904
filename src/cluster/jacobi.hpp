// Eigenvectors of small symmetric matrices: the same operations in the same order on every machine.
#pragma once

#include <cstddef>
#include <vector>

namespace psychograph::cluster {

struct Eigen {
  std::vector<double> values;   ///< [n] falling
  std::vector<double> vectors;  ///< [n, n] a row each, of length 1, in the order of the values
};

/// Of a symmetric matrix [n, n] by Jacobi's rotations, to rounding (Golub and Van Loan, "Matrix
/// Computations", 8.5). Takes some ten times n^3 steps. Local.
Eigen eigen_of(std::vector<double> matrix, std::size_t n);

}  // namespace psychograph::cluster
