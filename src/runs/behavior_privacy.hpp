// How few customers `behavior` must not tell of, and counts of names that it therefore doesn't.
#pragma once

#include <cstdint>
#include <vector>

#include "behavior/feature_file.hpp"
#include "comm/communicator.hpp"
#include "spec/events.hpp"

namespace psychograph::runs {

/// The larger of the spec's and of that which the result with the segments was made with. Collective. Throws
/// a data error where that result can't be read.
std::int64_t read_min_cell(const comm::Communicator& world, const spec::Events& spec);

/// Small counts become `results::no_count`, and others that they would follow from. Whether those who have no
/// events are among them. Local.
bool withhold_counts(std::vector<behavior::CodeCounts>& counts, std::int64_t min_cell);

}  // namespace psychograph::runs
