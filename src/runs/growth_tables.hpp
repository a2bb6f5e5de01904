// Retention and cohorts, as tables and in words. Rows that are withheld have names and no figures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "behavior/growth.hpp"
#include "behavior/withheld_growth.hpp"
#include "results/tidy_table.hpp"
#include "spec/events.hpp"

namespace psychograph::runs {

/// What growth is told of: names of the groups, everybody's first.
struct GrowthNames {
  std::vector<std::string> groups;
  spec::Period period = spec::Period::month;
  std::int64_t first = 0;
  bool with_value = false;
  std::int64_t unit = 1;  ///< smallest units in one
};
results::TidyTable retention_table(const behavior::Growth& growth, const GrowthNames& names,
                                   const behavior::WithheldGrowth& hidden);
results::TidyTable cohorts_table(const behavior::Growth& growth, const GrowthNames& names,
                                 const behavior::WithheldGrowth& hidden);

/// The last periods of everybody.
std::string retention_text(const behavior::Growth& growth, const GrowthNames& names,
                           const behavior::WithheldGrowth& hidden);

}  // namespace psychograph::runs
