#include "cluster/posterior.hpp"

#include <algorithm>

#include "core/exp_log.hpp"
#include "core/fixed_point.hpp"

namespace psychograph::cluster {

void Posteriors::find(std::span<const double> log_joint, std::size_t k) {
  const auto rows = log_joint.size() / k;
  k_ = k;
  shares_.resize(rows * k);
  highest_.resize(rows);
  log_density_.resize(rows);
  parts_.resize(rows * k);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto* const joint = &log_joint[row * k];
    double highest = joint[0];
    for (std::size_t c = 1; c < k; ++c) highest = std::max(highest, joint[c]);
    highest_[row] = highest;
    for (std::size_t c = 0; c < k; ++c) shares_[row * k + c] = joint[c] - highest;
  }
  core::exponentiate(shares_);
  const auto integers = core::FixedPoint::whole_numbers();
  for (std::size_t row = 0; row < rows; ++row) {
    auto* const own = &shares_[row * k];
    auto* const parts = &parts_[row * k];
    double sum = 0;
    for (std::size_t c = 0; c < k; ++c) sum += own[c];
    log_density_[row] = sum;
    const double inverse = 1 / sum;
    std::int64_t left = whole;
    for (std::size_t c = 0; c < k; ++c) {
      own[c] *= inverse;
      parts[c] = integers.encode(own[c] * static_cast<double>(whole));
      left -= parts[c];
    }
    if (left != 0) *std::max_element(parts, parts + k) += left;
  }
  core::take_logarithms(log_density_);
  for (std::size_t row = 0; row < rows; ++row) log_density_[row] += highest_[row];
}

double Posteriors::entropy(std::size_t row, std::span<const double> log_joint) const {
  double mean = 0;
  for (std::size_t c = 0; c < k_; ++c) {
    const double share = shares_[row * k_ + c];
    if (share > 0) mean += share * (log_joint[row * k_ + c] - log_density_[row]);
  }
  return std::max(0.0, -mean);
}

}  // namespace psychograph::cluster
