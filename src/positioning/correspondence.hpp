// Correspondence analysis (Benzecri 1973; Greenacre 2017, "Correspondence Analysis in Practice").
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "insight/gate.hpp"

namespace psychograph::positioning {

/// Points of rows or columns in principal coordinates.
struct Points {
  std::size_t axes = 0;
  std::vector<double> mass;         ///< [n]
  std::vector<double> coordinates;  ///< [n, axes]
  std::vector<double> quality;  ///< [n] the share of a point's squared distance that the first two axes show
  std::vector<double> contributions;  ///< [n, axes] the share of an axis' inertia that is the point's

  [[nodiscard]] double at(std::size_t point, std::size_t axis) const {
    return coordinates[point * axes + axis];
  }
};

struct Correspondence {
  std::vector<double> inertias;  ///< [axes] principal, falling; those of rounding are left out
  double total_inertia = 0;
  Points rows;
  Points columns;

  [[nodiscard]] std::size_t axes() const { return inertias.size(); }
  /// Of the total inertia.
  [[nodiscard]] double share(std::size_t axis) const { return inertias[axis] / total_inertia; }
  /// Where a row of such counts would be: a supplementary point, [axes]. NaN where it is empty.
  [[nodiscard]] std::vector<double> project(std::span<const double> counts) const;
};

/// Rows and columns of nothing have no mass, and NaN elsewhere. On each axis the column with the largest
/// coordinate (by size) is positive. The same on every rank. Precondition: there are counts. Local.
Correspondence analyse(const insight::CountTable& table);

}  // namespace psychograph::positioning
