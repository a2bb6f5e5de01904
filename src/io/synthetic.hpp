// Synthetic customers with planted segments: every number is a function of (seed, global row), so any rank
// can draw any block of any column. Local and pure; the job `generate` writes what is drawn here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.hpp"

namespace psychograph::io {

/// A mixture of spherical Gaussians: `features` independent normals of deviation 1 around the centroid of the
/// customer's segment. Segment s has a share proportional to 1 / (1 + s/2). The coordinates of the centroids
/// are normal, such that two centroids lie `separation` apart (root mean square), whatever the number of
/// features: at 4 the typical two segments share 2 % of their customers.
struct Synthetic {
  std::int64_t features = 0;
  std::int64_t segments = 0;
  double separation = 5.0;
  std::uint64_t seed = 42;

  /// How many calls of `draw_features` make a row: features come in pairs, as Box and Muller draw them.
  [[nodiscard]] std::int64_t feature_pairs() const { return (features + 1) / 2; }
};

/// Upper edges of the segments' shares of [0, 1): [segments], rising; the last is 1.
std::vector<double> cumulative_shares(const Synthetic& table);

/// The true segments of rows [first_row, first_row + out.size()). Row s belongs to segment s while s is below
/// the number of segments, so that none is empty; every other row draws by the shares.
void draw_segments(const Synthetic& table, std::span<const double> cumulative_shares, std::int64_t first_row,
                   std::span<std::int32_t> out);

/// Coordinates 2 * pair and 2 * pair + 1 of the centroid of one segment.
core::NormalPair draw_centre(const Synthetic& table, std::int64_t pair, std::int64_t segment);

/// Features 2 * pair and 2 * pair + 1 of rows [first_row, first_row + segments.size()). `centres` holds
/// `draw_centre` of every segment for this pair; `even` and `odd` are as long as `segments`.
void draw_features(const Synthetic& table, std::int64_t pair, std::span<const core::NormalPair> centres,
                   std::int64_t first_row, std::span<const std::int32_t> segments, std::span<float> even,
                   std::span<float> odd);

}  // namespace psychograph::io
