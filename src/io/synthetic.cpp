#include "io/synthetic.hpp"

#include <algorithm>
#include <cmath>

namespace psychograph::io {

std::vector<double> cumulative_shares(const Synthetic& table) {
  std::vector<double> edges(static_cast<std::size_t>(table.segments));
  double sum = 0;
  for (std::size_t s = 0; s < edges.size(); ++s) edges[s] = sum += 1.0 / (1.0 + 0.5 * static_cast<double>(s));
  for (auto& edge : edges) edge /= sum;
  return edges;
}

void draw_segments(const Synthetic& table, std::span<const double> cumulative_shares, std::int64_t first_row,
                   std::span<std::int32_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto row = first_row + static_cast<std::int64_t>(i);
    if (row < table.segments) {
      out[i] = static_cast<std::int32_t>(row);
      continue;
    }
    const auto bits =
        core::random_bits(table.seed, core::Purpose::generate_segment, 0, static_cast<std::uint64_t>(row));
    const auto above =
        std::upper_bound(cumulative_shares.begin(), cumulative_shares.end(), core::to_unit(bits.first));
    out[i] = static_cast<std::int32_t>(above - cumulative_shares.begin());
  }
}

core::NormalPair draw_centre(const Synthetic& table, std::int64_t pair, std::int64_t segment) {
  // The expected squared distance of two centroids is 2 * features * scale^2.
  const double scale = table.separation / std::sqrt(2.0 * static_cast<double>(table.features));
  const auto normal = core::to_normal(core::random_bits(table.seed, core::Purpose::generate_centre,
                                                        static_cast<std::uint32_t>(pair),
                                                        static_cast<std::uint64_t>(segment)));
  return {scale * normal.first, scale * normal.second};
}

void draw_features(const Synthetic& table, std::int64_t pair, std::span<const core::NormalPair> centres,
                   std::int64_t first_row, std::span<const std::int32_t> segments, std::span<float> even,
                   std::span<float> odd) {
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto row = static_cast<std::uint64_t>(first_row) + i;
    const auto normal = core::to_normal(
        core::random_bits(table.seed, core::Purpose::generate_value, static_cast<std::uint32_t>(pair), row));
    const auto& centre = centres[static_cast<std::size_t>(segments[i])];
    even[i] = static_cast<float>(centre.first + normal.first);
    odd[i] = static_cast<float>(centre.second + normal.second);
  }
}

}  // namespace psychograph::io
