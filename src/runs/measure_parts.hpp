// What a campaign's table must be, and what is said of it before its figures.
#pragma once

#include <string>
#include <vector>

#include "campaign/measurement.hpp"
#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"
#include "runs/grouping.hpp"
#include "runs/reporter.hpp"
#include "spec/campaign.hpp"

namespace psychograph::runs {

/// Customers who stand in several rows are no independent ones, and errors would be too small. Where the
/// table has no ids, nobody can tell. Collective. Throws a data error.
void require_a_row_a_customer(const comm::Communicator& world, const io::Shard& shard,
                              const spec::Campaign& campaign);

/// The values of the arms' column, and which is the control. Throws a data error.
campaign::Arms arms_of(const spec::Campaign& campaign, const Grouping& grouping);

/// [arms] as planned, in their ratio. Throws a data error.
std::vector<double> parts_of(const spec::Campaign& campaign, const campaign::Arms& arms);

/// The columns by their names, in that order. Throws a data error, with `key`, for one of words.
std::vector<campaign::Column> columns_of(const features::Schema& schema, const io::Shard& shard,
                                         const std::vector<std::string>& names, const char* key);

/// Of customers of no arm, and of cells that there are none of. Collective.
void warn_of_what_is_missing(const comm::Communicator& world, const campaign::Question& question,
                             const campaign::Measurement& measured, const std::string& arm,
                             Reporter& reporter);

/// Of outcomes that do not vary, and of arms whose names differ by case and spaces alone.
void warn_of_what_says_nothing(const campaign::Question& question, const std::string& arm,
                               Reporter& reporter);

}  // namespace psychograph::runs
