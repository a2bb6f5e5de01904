#include "evaluate/normal_margins.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/exp_log.hpp"

namespace psychograph::evaluate {
namespace {

constexpr std::size_t degrees = 48;          ///< of the Hermite polynomials
constexpr double widest = 6;                 ///< normal numbers farther out than that are nobody's
constexpr std::size_t grid_points = 12'289;  ///< from -widest to widest, 1/1024 apart

std::vector<double> grid_of_numbers() {
  std::vector<double> grid(grid_points);
  for (std::size_t i = 0; i < grid_points; ++i)
    grid[i] = -widest + 2 * widest * static_cast<double>(i) / static_cast<double>(grid_points - 1);
  return grid;
}

/// What normal numbers are worth in the sums behind coefficients: their density, to a sum of 1.
std::vector<double> densities_of(const std::vector<double>& grid) {
  std::vector<double> density;
  for (const double z : grid) density.push_back(-z * z / 2);
  core::exponentiate(density);
  const double sum = std::accumulate(density.begin(), density.end(), 0.0);
  for (double& one : density) one /= sum;
  return density;
}

}  // namespace

std::size_t place_among(double share, std::size_t n) {
  const double place = share * static_cast<double>(n);
  return std::min(n - 1, static_cast<std::size_t>(std::max(0.0, place)));
}

void normal_shares(std::vector<double>& values) {
  // Abramowitz and Stegun 1964, 26.2.17.
  std::vector<double> density;
  for (const double z : values) density.push_back(-z * z / 2);
  core::exponentiate(density);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double t = 1 / (1 + 0.2316419 * std::abs(values[i]));
    const double polynomial =
        t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    const double tail = 0.3989422804014327 * density[i] * polynomial;
    values[i] = values[i] < 0 ? tail : 1 - tail;
  }
}

double normal_correlation(const std::vector<double>& one, const std::vector<double>& other, double wanted) {
  const auto reached = [&](double rho) {
    double sum = 0;
    for (std::size_t i = one.size(); i-- > 0;) sum = (sum + one[i] * other[i]) * rho;
    return sum;
  };
  double low = -1;
  double high = 1;
  constexpr int halvings = 50;
  for (int i = 0; i < halvings; ++i) {
    const double middle = (low + high) / 2;
    (reached(middle) < wanted ? low : high) = middle;
  }
  return (low + high) / 2;
}

HermiteGrid::HermiteGrid()
    : numbers_(grid_of_numbers()), density_(densities_of(numbers_)), shares_(numbers_) {
  normal_shares(shares_);
}

std::vector<double> HermiteGrid::coefficients(std::span<const float> values) const {
  std::vector<double> cells(numbers_.size());
  double mean = 0;
  double square = 0;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    cells[i] = static_cast<double>(values[place_among(shares_[i], values.size())]);
    mean += density_[i] * cells[i];
  }
  for (std::size_t i = 0; i < numbers_.size(); ++i)
    square += density_[i] * (cells[i] - mean) * (cells[i] - mean);
  std::vector<double> coefficients(degrees, 0.0);
  if (!(square > 0)) return coefficients;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const double term = density_[i] * (cells[i] - mean) / std::sqrt(square);
    double before = 0;
    double now = 1;  // He_0; each divided by the root of its degree's factorial
    for (std::size_t degree = 1; degree <= degrees; ++degree) {
      const auto d = static_cast<double>(degree);
      const double next = (numbers_[i] * now - std::sqrt(d - 1) * before) / std::sqrt(d);
      before = now;
      now = next;
      coefficients[degree - 1] += term * now;
    }
  }
  return coefficients;
}

}  // namespace psychograph::evaluate
