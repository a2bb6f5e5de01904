// The way from a customer table to a written result, which `segment` and `resegment` share and `verify` goes
// again: read, fit, encode, cluster, number, write. Where they differ they say so in a plan.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/fit.hpp"
#include "comm/communicator.hpp"
#include "evaluate/measures.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"
#include "kernel/data.hpp"
#include "results/result.hpp"
#include "runs/checkpoints.hpp"
#include "runs/memory.hpp"
#include "runs/reporter.hpp"
#include "runs/spec_options.hpp"
#include "runs/structure.hpp"
#include "runs/write_back.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// The functions are called on all ranks together.
struct SegmentationPlan {
  results::Job job = results::Job::segment;
  /// An earlier model, which says the kind of columns that the spec says nothing about; where there is one.
  const features::Schema* kinds = nullptr;
  /// Another look at the customers before the fit, when it is known who takes part. May be empty.
  std::function<void(const io::Shard&, const std::vector<features::Feature>&, const features::Participation&)>
      look = {};
  /// Where the restarts start from.
  std::function<cluster::Starts(const kernel::Data&, const features::Schema&, const spec::Cluster&)> starts;
  /// Completes `result.segments` and `result.model` (ids, names, clusters) from `result.fitted`.
  std::function<void(const kernel::Data&, results::Result&)> number;
  /// What else the result file is to hold. May be empty.
  std::function<void(io::OutputFile&, const results::Result&)> also_write = {};
  /// Customers of another table among whom these are looked up by their ids.
  std::int64_t known_customers = 0;
};

/// What `segment` does: starts drawn or from a file, segments numbered by falling size. `spec` must outlive
/// it.
SegmentationPlan plan_afresh(const comm::Communicator& world, const spec::Spec& spec);

/// All that `results::write_result` needs.
struct Segmentation {
  results::Result result;
  results::Provenance provenance;
  std::unique_ptr<const io::Shard> shard;  ///< which still has the ids
  std::vector<evaluate::Measure> measures;
  std::optional<Structure> structure;  ///< where k was to be found
};

/// Reads, fits, encodes, clusters and numbers the customers of `spec.input`. With `checkpoints` (may be null)
/// it goes on from where an earlier run stopped, and notes how far it comes; with `write_back` (may be null)
/// it finds out whether that can be done. Collective. Throws data, usage and environment errors, and one of
/// code `stopped`.
Segmentation find_segments(const comm::Communicator& world, const spec::Spec& spec,
                           const MemoryOptions& memory, const SegmentationPlan& plan,
                           Checkpoints* checkpoints, WriteBack* write_back, Reporter& reporter);

/// How well the segments stand, and whether they are there, below /quality. Collective.
void write_quality(io::OutputFile& file, const Segmentation& found);

/// The fingerprint of the cells that `find_segments` would use, whose model was `model`. Collective.
std::string fingerprint_to_segment(const comm::Communicator& world, spec::Spec spec,
                                   const features::Schema& model);

/// Says what the job reads and writes (Reporter::open); `previous` is a result that it starts from, or empty.
/// Collective.
void open_files(const SpecOptions& options, const spec::Spec& spec, const std::string& previous,
                Reporter& reporter);

struct SegmentedAndTold {
  results::Result result;
  std::string told;  ///< what a person reads of the segments below the summary
};

/// Finds the segments and writes the result file that `spec` names. `lineage` is what the result depends on
/// beside the spec and the table: a checkpoint is of one lineage. Collective. Throws as the program does; a
/// request to stop becomes a checkpoint.
SegmentedAndTold segment_and_write(const comm::Communicator& world, const SpecOptions& options,
                                   const spec::Spec& spec, const std::string& lineage,
                                   const SegmentationPlan& plan, Reporter& reporter);

/// The main job: a customer table in, segments out. Collective. Throws as `segment_and_write`.
void segment(const comm::Communicator& world, const SpecOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
