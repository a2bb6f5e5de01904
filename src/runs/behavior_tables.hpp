// What `behavior` tells beside the customers' features, as tables and in words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "behavior/feature_file.hpp"
#include "behavior/features.hpp"
#include "behavior/figures.hpp"
#include "behavior/growth.hpp"
#include "results/tidy_table.hpp"
#include "spec/events.hpp"

namespace psychograph::runs {

/// Where scores change, of every block.
results::TidyTable cut_points_table(const spec::Events& spec, const std::vector<behavior::RfmCuts>& cuts);

/// How many customers have each name: RFM segments, states, categories.
results::TidyTable levels_table(const std::vector<behavior::CodeCounts>& counts);

/// What growth is told of: names of the groups, everybody's first.
struct GrowthNames {
  std::vector<std::string> groups;
  spec::Period period = spec::Period::month;
  std::int64_t first = 0;
  bool with_value = false;
  std::int64_t unit = 1;  ///< smallest units in one
};
results::TidyTable retention_table(const behavior::Growth& growth, const GrowthNames& names);
results::TidyTable cohorts_table(const behavior::Growth& growth, const GrowthNames& names);

/// Cut points and the sizes of RFM segments, for a terminal.
std::string cut_points_text(const spec::Events& spec, const std::vector<behavior::RfmCuts>& cuts);
std::string levels_text(const std::vector<behavior::CodeCounts>& counts);
/// The last periods of everybody.
std::string retention_text(const behavior::Growth& growth, const GrowthNames& names);

}  // namespace psychograph::runs
