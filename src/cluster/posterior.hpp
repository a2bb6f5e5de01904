// From log densities to memberships, as integers that can be added up exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace psychograph::cluster {

/// What a mixture says of some rows. Memory is kept from call to call.
class Posteriors {
 public:
  /// All of a customer's membership: parts are multiples of 2^-31.
  static constexpr std::int64_t whole = std::int64_t{1} << 31;

  /// From the logarithms [rows, k] of each segment's share times its density. Local.
  void find(std::span<const double> log_joint, std::size_t k);

  /// [k] of a row: they add up to `whole`.
  [[nodiscard]] std::span<const std::int64_t> parts(std::size_t row) const {
    return std::span(parts_).subspan(row * k_, k_);
  }
  /// The logarithm of a row's density.
  [[nodiscard]] double log_density(std::size_t row) const { return log_density_[row]; }
  /// Of a row's memberships, in nats: 0 where one has all. `log_joint` is what they were found from.
  [[nodiscard]] double entropy(std::size_t row, std::span<const double> log_joint) const;

 private:
  std::size_t k_ = 0;
  std::vector<double> shares_;   ///< [rows, k]
  std::vector<double> highest_;  ///< [rows]
  std::vector<double> log_density_;
  std::vector<std::int64_t> parts_;
};

}  // namespace psychograph::cluster
