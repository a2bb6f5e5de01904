// Normal numbers turned into others, and what becomes of their correlations on the way. Pure arithmetic: the
// same bits everywhere. All are local.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace psychograph::evaluate {

/// Which of n values in rising order a normal number below which that share of all lies is turned into.
std::size_t place_among(double share, std::size_t n);

/// Phi, to 8e-8, with the same bits everywhere: replaces each value. Local.
void normal_shares(std::vector<double>& values);

/// The correlation of normal numbers that gives two of such margins the Pearson correlation `wanted`, or as
/// near to it as they can come. By the margins' Hermite coefficients, from the first one on. Local.
double normal_correlation(const std::vector<double>& one, const std::vector<double>& other, double wanted);

/// Normal numbers from -6 to 6, by which margins are taken apart into Hermite polynomials.
class HermiteGrid {
 public:
  HermiteGrid();
  /// Of a margin, whose `values` rise, brought to mean 0 and deviation 1: by degree from 1 to 48. All 0 where
  /// its values are all the same.
  [[nodiscard]] std::vector<double> coefficients(std::span<const float> values) const;

 private:
  std::vector<double> numbers_;
  std::vector<double> density_;  ///< adds up to 1
  std::vector<double> shares_;   ///< of all numbers below each
};

}  // namespace psychograph::evaluate
