// The profile of segments: what `segment`, `resegment` and `assign` write by themselves, and `profile` of any
// columns later.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "insight/closeness.hpp"
#include "insight/codebook.hpp"
#include "insight/tally.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"
#include "results/result.hpp"
#include "results/tidy_table.hpp"
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

/// Throws a usage error where profile.letters names what is no feature. Local.
void require_letters(const spec::Spec& spec, const std::vector<features::Feature>& features);

/// The customers of a result, whose segments are in memory: [local rows]. `result` must outlive it. Local.
Segmented segments_of(const results::Result& result);

/// What people read of segments, fit to be told.
struct Portrait {
  results::TidyTable profile;
  results::TidyTable personas;
  results::TidyTable audit;
};

/// Looks at the schema's features of a table by segment, in at most two reads, and at what the personas say
/// once more. Collective. Throws a data error.
Portrait portray(const comm::Communicator& world, const io::Shard& shard, const features::Schema& schema,
                 const spec::Spec& spec, const Segmented& segments, const insight::Codebook& codebook,
                 Reporter& reporter);

/// The personas for a terminal, where a codebook has words for them; else nothing. Local.
std::string tell(const Portrait& portrait, const insight::Codebook& codebook);

/// Writes /profile, /personas, /audit, /neighbours and /typical of a result into its file, in which its
/// assignments are already. `closeness` is that of all ranks. Returns what `tell` says. Collective.
std::string write_portrait(const comm::Communicator& world, io::OutputFile& file, const io::Shard& shard,
                           const features::Schema& schema, const spec::Spec& spec, const Segmented& segments,
                           insight::Closeness closeness, const insight::Codebook& codebook,
                           Reporter& reporter);

/// The same for a result in memory; returns what `tell` makes of it. Collective.
std::string write_portrait(const comm::Communicator& world, io::OutputFile& file, const io::Shard& shard,
                           const results::Result& result, const spec::Spec& spec,
                           const insight::Codebook& codebook, Reporter& reporter);

}  // namespace psychograph::runs
