// Customers and the parts of segments: which is nearest, and which is of those of other segments.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cluster/model.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::cluster {

class NearestPart {
 public:
  /// Precondition: there are parts, and each of the k segments has one.
  NearestPart(const Parts& parts, std::size_t k);

  [[nodiscard]] const core::Centroids& centroids() const { return parts_.centroids; }
  [[nodiscard]] std::int32_t segment(std::int32_t part) const {
    return static_cast<std::int32_t>(parts_.segment[static_cast<std::size_t>(part)]);
  }
  /// The nearest part of every row [16 * tiles], and the nearest one of all other segments' (-1 where k is
  /// 1): of each segment the nearest one, and of these the two that are nearest; of several the first
  /// segment's. Local.
  void find(kernel::Tiles tiles, std::int32_t* parts, std::int32_t* others) const;

 private:
  /// Those of one segment.
  struct Own {
    kernel::PackedCentroids packed;
    std::vector<std::int32_t> part;  ///< of each, which it is
  };

  Parts parts_;
  std::vector<Own> own_;  ///< [k]
};

}  // namespace psychograph::cluster
