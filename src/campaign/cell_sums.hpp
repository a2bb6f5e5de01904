// Sums of a column's values by cell: by half of the customers, group and arm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "campaign/sample.hpp"
#include "comm/joint_reduction.hpp"
#include "features/schema.hpp"
#include "stats/moments.hpp"

namespace psychograph::campaign {

/// Which cell a customer is in. Halves are even and odd global rows; the last group is of those who are in
/// none.
struct Layout {
  std::size_t groups = 0;
  std::size_t arms = 0;

  [[nodiscard]] std::size_t cells() const { return 2 * (groups + 1) * arms; }
  [[nodiscard]] std::size_t cell(std::size_t half, std::size_t group, std::size_t arm) const {
    return (half * (groups + 1) + group) * arms + arm;
  }
};

/// Exact sums, the same bits however rows are dealt out. Those of several cells together are those of their
/// customers.
class CellSums {
 public:
  /// `statistics` are of all values.
  CellSums(const Layout& layout, const features::Statistics& statistics);

  /// A customer's value; none where it is NaN. Local.
  void add(std::size_t cell, double value);
  void include(comm::JointReduction<std::int64_t>& sums);

  /// After the reduction.
  [[nodiscard]] const Layout& layout() const { return layout_; }
  /// Of a group's customers in an arm; of one half or of both.
  [[nodiscard]] Sample of(std::size_t group, std::size_t arm) const;
  [[nodiscard]] Sample of_half(std::size_t half, std::size_t group, std::size_t arm) const;
  /// Of all customers in an arm, those in no group among them.
  [[nodiscard]] Sample of_arm(std::size_t arm) const;
  /// The same of one half, without those in no group.
  [[nodiscard]] Sample of_arm_in_half(std::size_t half, std::size_t arm) const;

 private:
  [[nodiscard]] Sample of_cells(const std::vector<std::size_t>& cells) const;

  Layout layout_;
  stats::SumsAbout none_;  ///< of no value
  std::vector<std::int64_t> counts_;
  std::vector<stats::SumsAbout> sums_;
};

}  // namespace psychograph::campaign
