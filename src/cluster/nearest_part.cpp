#include "cluster/nearest_part.hpp"

#include <algorithm>

#include "core/feature_matrix.hpp"

namespace psychograph::cluster {

NearestPart::NearestPart(const Parts& parts, std::size_t k) : parts_(parts), packed_(parts.centroids) {
  if (k == 1) return;
  const auto p = parts.centroids.p();
  for (std::size_t c = 0; c < k; ++c) {
    std::vector<std::int32_t> chosen;
    for (std::size_t i = 0; i < parts.segment.size(); ++i) {
      if (parts.segment[i] != static_cast<std::int64_t>(c)) chosen.push_back(static_cast<std::int32_t>(i));
    }
    core::Centroids centroids(chosen.size(), p);
    for (std::size_t i = 0; i < chosen.size(); ++i)
      std::copy_n(parts.centroids.row(static_cast<std::size_t>(chosen[i])), p, centroids.row(i));
    others_.push_back({kernel::PackedCentroids(centroids), std::move(chosen)});
  }
}

void NearestPart::find(kernel::Tiles tiles, std::int32_t* parts) const {
  kernel::nearest(tiles, packed_, parts);
}

void NearestPart::find_others(kernel::Tiles tiles, const std::int32_t* parts, std::int32_t* others) const {
  const auto rows = tiles.size() * core::tile_rows;
  std::fill_n(others, rows, -1);
  std::vector<std::int32_t> found(rows);
  for (std::size_t c = 0; c < others_.size(); ++c) {
    const auto is_own = [&](std::int32_t part) { return segment(part) == static_cast<std::int32_t>(c); };
    if (std::none_of(parts, parts + rows, is_own)) continue;
    kernel::nearest(tiles, others_[c].packed, found.data());
    for (std::size_t row = 0; row < rows; ++row) {
      if (is_own(parts[row])) others[row] = others_[c].part[static_cast<std::size_t>(found[row])];
    }
  }
}

}  // namespace psychograph::cluster
