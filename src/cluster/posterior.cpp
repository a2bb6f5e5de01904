#include "cluster/posterior.hpp"

#include <algorithm>
#include <cmath>

#include "core/exp_log.hpp"

namespace psychograph::cluster {

void Posteriors::find(std::span<const double> log_joint, std::size_t k) {
  const auto rows = log_joint.size() / k;
  k_ = k;
  shares_.assign(log_joint.begin(), log_joint.end());
  log_density_.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    auto* const own = &shares_[row * k];
    log_density_[row] = *std::max_element(own, own + k);
    for (std::size_t c = 0; c < k; ++c) own[c] -= log_density_[row];
  }
  core::exponentiate(shares_);
  sums_.assign(rows, 0.0);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < k; ++c) sums_[row] += shares_[row * k + c];
  }
  parts_.resize(rows * k);
  for (std::size_t row = 0; row < rows; ++row) {
    auto* const own = &shares_[row * k];
    auto* const parts = &parts_[row * k];
    std::int64_t left = whole;
    for (std::size_t c = 0; c < k; ++c) {
      own[c] /= sums_[row];
      parts[c] = static_cast<std::int64_t>(std::nearbyint(own[c] * static_cast<double>(whole)));
      left -= parts[c];
    }
    *std::max_element(parts, parts + k) += left;
  }
  core::take_logarithms(sums_);
  entropy_.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    double mean = 0;
    for (std::size_t c = 0; c < k; ++c) {
      const double share = shares_[row * k + c];
      if (share > 0) mean += share * (log_joint[row * k + c] - log_density_[row]);
    }
    entropy_[row] = std::max(0.0, sums_[row] - mean);
    log_density_[row] += sums_[row];
  }
}

}  // namespace psychograph::cluster
