// Moments and quantiles of several columns at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "features/local_column.hpp"
#include "stats/moments.hpp"

namespace psychograph::features {

/// What is asked of a column, and what all ranks' observed cells say.
struct Summary {
  const LocalColumn* column = nullptr;
  std::vector<double> levels;  ///< of the quantiles that are wanted

  stats::Moments moments;  ///< all NaN where there is no cell
  std::int64_t missing = 0;
  std::int64_t first_missing = 0;         ///< global row, where missing > 0
  std::vector<double> quantiles;          ///< by level; NaN where there is no cell
  std::vector<std::int64_t> at_or_below;  ///< by level: cells no larger than the quantile
};

/// Answers all summaries: two looks at each column serve moments and quantiles, and ranks meet for all
/// columns together. Collective.
void summarise(const comm::Communicator& world, std::span<Summary> summaries);

}  // namespace psychograph::features
