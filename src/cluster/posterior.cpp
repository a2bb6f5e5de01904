#include "cluster/posterior.hpp"

#include <algorithm>

#include "core/exp_log.hpp"
#include "core/fixed_point.hpp"

namespace psychograph::cluster {

void Posteriors::find(std::span<const double> log_joint, std::size_t k) {
  const auto rows = log_joint.size() / k;
  k_ = k;
  shares_.resize(rows * k);
  parts_.resize(rows * k);
  highest_.assign(log_joint.begin(), log_joint.begin() + static_cast<std::ptrdiff_t>(rows));
  log_density_.assign(rows, 0.0);
  for (std::size_t c = 1; c < k; ++c) {
    const double* const joint = &log_joint[c * rows];
    for (std::size_t row = 0; row < rows; ++row) highest_[row] = std::max(highest_[row], joint[row]);
  }
  for (std::size_t c = 0; c < k; ++c) {
    const double* const joint = &log_joint[c * rows];
    double* const own = &shares_[c * rows];
    for (std::size_t row = 0; row < rows; ++row) own[row] = joint[row] - highest_[row];
  }
  core::exponentiate(shares_);
  for (std::size_t c = 0; c < k; ++c) {
    const double* const own = &shares_[c * rows];
    for (std::size_t row = 0; row < rows; ++row) log_density_[row] += own[row];
  }
  round();
  core::take_logarithms(log_density_);
  for (std::size_t row = 0; row < rows; ++row) log_density_[row] += highest_[row];
}

/// What rounding leaves over goes to the largest share, the first of several.
void Posteriors::round() {
  const auto rows = log_density_.size();
  const auto integers = core::FixedPoint::whole_numbers();
  inverse_.resize(rows);
  left_.assign(rows, whole);
  most_.assign(rows, -1.0);
  largest_.assign(rows, 0);
  for (std::size_t row = 0; row < rows; ++row) inverse_[row] = 1 / log_density_[row];
  for (std::size_t c = 0; c < k_; ++c) {
    double* const own = &shares_[c * rows];
    std::int64_t* const parts = &parts_[c * rows];
    for (std::size_t row = 0; row < rows; ++row) {
      own[row] *= inverse_[row];
      parts[row] = integers.encode(own[row] * static_cast<double>(whole));
      left_[row] -= parts[row];
    }
    for (std::size_t row = 0; row < rows; ++row) {
      const bool more = own[row] > most_[row];
      most_[row] = more ? own[row] : most_[row];
      largest_[row] = more ? static_cast<std::int64_t>(c) : largest_[row];
    }
  }
  for (std::size_t row = 0; row < rows; ++row)
    parts_[static_cast<std::size_t>(largest_[row]) * rows + row] += left_[row];
}

double Posteriors::entropy(std::size_t row, std::span<const double> log_joint) const {
  const auto rows = log_density_.size();
  double mean = 0;
  for (std::size_t c = 0; c < k_; ++c) {
    const double share = shares_[c * rows + row];
    if (share > 0) mean += share * (log_joint[c * rows + row] - log_density_[row]);
  }
  return std::max(0.0, -mean);
}

}  // namespace psychograph::cluster
