#include "cluster/nearest_part.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/feature_matrix.hpp"

namespace psychograph::cluster {

NearestPart::NearestPart(const Parts& parts, std::size_t k) : parts_(parts) {
  const auto p = parts.centroids.p();
  for (std::size_t c = 0; c < k; ++c) {
    std::vector<std::int32_t> chosen;
    for (std::size_t i = 0; i < parts.segment.size(); ++i) {
      if (parts.segment[i] == static_cast<std::int64_t>(c)) chosen.push_back(static_cast<std::int32_t>(i));
    }
    core::Centroids centroids(chosen.size(), p);
    for (std::size_t i = 0; i < chosen.size(); ++i)
      std::copy_n(parts.centroids.row(static_cast<std::size_t>(chosen[i])), p, centroids.row(i));
    own_.push_back({kernel::PackedCentroids(centroids), std::move(chosen)});
  }
}

void NearestPart::find(kernel::Tiles tiles, std::int32_t* parts, std::int32_t* others) const {
  const auto rows = tiles.size() * core::tile_rows;
  constexpr double far = std::numeric_limits<double>::infinity();
  std::vector<std::int32_t> found(rows);
  std::vector<double> squares(rows);
  std::vector<double> least(rows, far);
  std::vector<double> second(rows, far);
  std::fill_n(parts, rows, -1);
  std::fill_n(others, rows, -1);
  for (const auto& own : own_) {
    kernel::nearest(tiles, own.packed, found.data());
    for (auto& one : found) one = own.part[static_cast<std::size_t>(one)];
    kernel::squares_from_own(tiles, parts_.centroids, found.data(), squares.data());
    for (std::size_t row = 0; row < rows; ++row) {
      if (squares[row] < least[row]) {
        others[row] = std::exchange(parts[row], found[row]);
        second[row] = std::exchange(least[row], squares[row]);
      } else if (squares[row] < second[row]) {
        others[row] = found[row];
        second[row] = squares[row];
      }
    }
  }
}

}  // namespace psychograph::cluster
