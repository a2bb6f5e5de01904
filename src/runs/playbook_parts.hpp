// The parts of a playbook that look at numbers: what goes with engagement, needs, targeting.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "insight/codebook.hpp"
#include "insight/gate.hpp"
#include "io/shard.hpp"
#include "playbook/targeting.hpp"
#include "playbook/trials.hpp"
#include "results/stored_result.hpp"
#include "results/tidy_table.hpp"
#include "runs/grouping.hpp"
#include "runs/reporter.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// Of numbers of no more values a mean tells how many gave each.
inline constexpr std::size_t few_values = 32;

/// What all parts are made of.
struct PlaybookInput {
  const comm::Communicator& world;
  const io::Shard& shard;
  const spec::Spec& spec;
  const results::StoredResult& stored;
  const std::string& path;  ///< of the result
  const insight::Codebook& codebook;
  const insight::Gate& gate;
  Reporter& reporter;
};

/// These columns over all customers, in this order. `wanted_by` and `instead` are for messages: who wants
/// them, and what should be there. Collective. Throws a data error where one is not there, or holds words.
std::vector<features::FittedFeature> number_columns(const PlaybookInput& input,
                                                    const std::vector<std::string>& names,
                                                    const std::string& wanted_by, const std::string& instead);

/// Numbers that the segments were made of with what says how engaged customers are. Collective.
results::TidyTable motives_of(const PlaybookInput& input, const Grouping& grouping);

/// Collective.
results::TidyTable needs_of(const PlaybookInput& input, const Grouping& grouping);

/// What a campaign has shown of the result's segments; none where `path` is empty. Collective: rank 0 reads.
/// Throws a data error where it is of other segments, has no lifts of them, or tells of fewer people than the
/// spec allows.
std::optional<playbook::Trials> trials_of(const PlaybookInput& input, const std::string& path);

/// What [targeting] looks at, of the result's own profile; nothing without criteria. Collective. Throws a
/// usage error for what is not there.
playbook::TargetFigures target_figures(const PlaybookInput& input);

}  // namespace psychograph::runs
