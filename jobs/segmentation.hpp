// The way from a customer table to a written result, which `segment` and `resegment` share: read, fit,
// encode, cluster, number, write. Where they differ they say so in a plan.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cluster/data.hpp"
#include "cluster/kmeans.hpp"
#include "comm/communicator.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"
#include "jobs/checkpoint_options.hpp"
#include "jobs/reporter.hpp"
#include "jobs/spec_options.hpp"
#include "segments/result.hpp"
#include "spec/spec.hpp"

namespace psychograph::jobs {

/// All are called on all ranks together.
struct SegmentationPlan {
  /// Another look at the customers before the fit, when it is known who takes part. May be empty.
  std::function<void(const io::Shard&, const std::vector<features::Feature>&, const features::Participation&)>
      look = {};
  /// Where the restarts start from.
  std::function<cluster::Starts(const cluster::Data&, const features::Schema&)> starts;
  /// Completes `result.segments` and `result.model` (ids, names, centroids) from `result.fitted`.
  std::function<void(const cluster::Data&, segments::Result&)> number;
  /// What else the result file is to hold. May be empty.
  std::function<void(io::OutputFile&, const segments::Result&)> also_write = {};
};

/// Declares --output, --memory, --scratch, --resume, --checkpoint-every, --write-back, --k and --seed, beside
/// what `add_spec_options` declares.
void add_segmentation_options(CLI::App& job, SpecOptions& options);

/// Finds the segments and writes the result file that `spec` names. `lineage` is what the result depends on
/// beside the spec and the table: a checkpoint is of one lineage. Collective. Throws as the program does; a
/// request to stop becomes a checkpoint.
segments::Result find_segments(const comm::Communicator& world, const SpecOptions& options,
                               const spec::Spec& spec, const std::string& lineage,
                               const SegmentationPlan& plan, Reporter& reporter);

}  // namespace psychograph::jobs
