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

  /// From the logarithms [k, rows] of each segment's share times its density. Local.
  void find(std::span<const double> log_joint, std::size_t k);

  /// Of a row in segment c: over all segments they add up to `whole`.
  [[nodiscard]] std::int64_t part(std::size_t row, std::size_t c) const {
    return parts_[c * log_density_.size() + row];
  }
  /// The logarithm of a row's density.
  [[nodiscard]] double log_density(std::size_t row) const { return log_density_[row]; }
  /// Of a row's memberships, in nats: 0 where one has all. `log_joint` is what they were found from.
  [[nodiscard]] double entropy(std::size_t row, std::span<const double> log_joint) const;

 private:
  void round();

  std::size_t k_ = 0;
  std::vector<double> shares_;       ///< [k, rows]
  std::vector<double> highest_;      ///< [rows]
  std::vector<double> log_density_;  ///< [rows]
  std::vector<std::int64_t> parts_;  ///< [k, rows]
  std::vector<double> inverse_;      ///< [rows] of sums
  std::vector<std::int64_t> left_;
  std::vector<double> most_;
  std::vector<std::int64_t> largest_;  ///< [rows] the segment of the largest share
};

}  // namespace psychograph::cluster
