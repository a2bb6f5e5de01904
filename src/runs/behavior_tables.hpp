// What `behavior` tells of the customers' features, as tables and in words.
#pragma once

#include <string>
#include <vector>

#include "behavior/feature_file.hpp"
#include "behavior/features.hpp"
#include "results/tidy_table.hpp"
#include "spec/events.hpp"

namespace psychograph::runs {

/// Where scores change, of every block.
results::TidyTable cut_points_table(const spec::Events& spec, const std::vector<behavior::RfmCuts>& cuts);

/// How many customers have each name: RFM segments, states, categories. What is withheld is
/// `results::no_count`.
results::TidyTable levels_table(const std::vector<behavior::CodeCounts>& counts);

/// Cut points and the sizes of RFM segments, for a terminal.
std::string cut_points_text(const spec::Events& spec, const std::vector<behavior::RfmCuts>& cuts);
std::string levels_text(const std::vector<behavior::CodeCounts>& counts);

}  // namespace psychograph::runs
