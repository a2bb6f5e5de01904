// The profile of segments: what `segment`, `resegment` and `assign` write by themselves, and `profile` of any
// columns later.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "insight/codebook.hpp"
#include "insight/profile.hpp"
#include "insight/tally.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"
#include "results/result.hpp"
#include "runs/reporter.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// Segments, and who is in them.
struct Segmented {
  std::vector<std::int32_t> ids;   ///< [k], rising
  std::vector<std::string> names;  ///< [k]
  insight::Labels labels;          ///< by place in `ids`
};

/// Segments' ids to their places in `ids`, which rise; -1 for what is none of them. Local.
void take_places(const std::vector<std::int32_t>& ids, std::span<std::int32_t> labels);

/// What the spec says of the profile. Local.
insight::ProfileOptions profile_options(const spec::Spec& spec);
/// Throws a usage error where profile.letters names what is no feature. Local.
void require_letters(const spec::Spec& spec, const features::Schema& schema);

/// Tallies the schema's features of a table, with progress. Collective. Throws a data error.
std::vector<insight::Tally> tally_features(const comm::Communicator& world, const io::Shard& shard,
                                           const features::Schema& schema, const spec::Spec& spec,
                                           const Segmented& segments, const std::string& wanted_by,
                                           Reporter& reporter);

/// The same for the customers of a result, whose segments are in memory: [local rows]. Collective.
Segmented segments_of(const results::Result& result);

/// Writes `/profile` of a result into its file. Collective.
void write_profile(const comm::Communicator& world, io::OutputFile& file, const io::Shard& shard,
                   const features::Schema& schema, const spec::Spec& spec, const Segmented& segments,
                   const insight::Codebook& codebook, Reporter& reporter);

}  // namespace psychograph::runs
