// How far this quarter's customers and segments are from last quarter's, in figures that can be compared from
// quarter to quarter.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/centroids.hpp"
#include "features/bin_counts.hpp"
#include "features/schema.hpp"

namespace psychograph::quarters {

/// The population stability index of two distributions over the same bins, from their counts: the sum of
/// (q - p) ln(q / p), p and q the shares before and now. A share below 0.0001 counts as that much, so that an
/// empty bin has a logarithm. 0 where one of the two is empty. Local.
double stability_index(std::span<const std::int64_t> before, std::span<const std::int64_t> now);

/// A feature of both quarters.
struct FeatureDrift {
  std::string name;
  double stability = 0;   ///< index over the earlier quantiles or the levels, and missing as a bin of its own
  double mean_shift = 0;  ///< of the observed cells, in earlier deviations; NaN for levels
  double missing_before = 0;  ///< share of the customers
  double missing_now = 0;
  std::vector<std::string> new_levels;
  std::vector<std::string> gone_levels;
};

/// The numeric features that both quarters have, with the earlier quantiles as edges: to be counted in this
/// quarter's table.
std::vector<features::BinCounts> bins_of(const features::Schema& before,
                                         const std::vector<features::Feature>& now);
/// Of every feature of the same sort in both, in the order of `now`. Local.
std::vector<FeatureDrift> find_feature_drift(const features::Schema& before, const features::Schema& now,
                                             std::span<const features::BinCounts> bins);

/// How far a centroid has moved, in encoded units of the earlier quarter (its deviations, where features are
/// scaled by them).
struct CentroidShift {
  double distance = 0;      ///< Euclidean
  double per_column = 0;    ///< root mean square over the encoded columns
  std::string column;       ///< that moved most
  double column_shift = 0;  ///< by how much, with its sign
};
/// From a centroid of `before` to one of `now`. Local.
CentroidShift find_shift(const core::Centroids& old, std::size_t a, const features::Schema& before,
                         const core::Centroids& now_in_before_units, std::size_t b);

}  // namespace psychograph::quarters
