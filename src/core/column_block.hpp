// What columns of a matrix belong together.
#pragma once

#include <cstddef>
#include <vector>

namespace psychograph::core {

/// The columns [first, first + count) are one feature's. A leveled one has a column a level, 0/1 times a
/// constant, of which each row has one (docs/spec.md, "From a cell to a coordinate").
struct ColumnBlock {
  std::size_t first = 0;
  std::size_t count = 1;
  bool leveled = false;
  /// Of answers that are names (of two, one column may do): how far 1 is from 0, and where 0 is [count]. 0
  /// and none: numbers.
  double step = 0;
  std::vector<double> zeros = {};
  std::size_t missing = none;  ///< the place of the name that stands for a missing answer
  static constexpr std::size_t none = ~std::size_t{0};
  friend bool operator==(const ColumnBlock&, const ColumnBlock&) = default;
};

}  // namespace psychograph::core
