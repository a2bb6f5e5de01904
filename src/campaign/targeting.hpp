// Whether it would have paid to choose an arm for each group: chosen on one half of the customers, measured
// on the other, so that what was picked from chance does not count.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "campaign/cell_sums.hpp"

namespace psychograph::campaign {

/// What one half says.
struct Choice {
  std::size_t single = 0;  ///< the arm with the highest mean of all
  std::vector<std::optional<std::size_t>>
      by_group;  ///< [groups] the highest mean of the group; none of nobody
};

struct TargetingGain {
  std::vector<Choice> chosen;  ///< [2] on even rows, on odd rows; empty where nothing can be said
  double gain = 0;             ///< a customer, over the single best arm; the mean of both halves
  double error = 0;
  double low = 0;
  double high = 0;
};

/// Of the customers in groups. The first of equal arms is chosen. A group of which the other half has nobody
/// in an arm that it needs, or fewer than two, counts as one for which nothing is gained. NaN where a half
/// has nobody.
TargetingGain targeting_gain(const CellSums& sums);

}  // namespace psychograph::campaign
