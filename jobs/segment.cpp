// The main job: a customer table in, segments out.
#include <memory>

#include <fmt/format.h>

#include "cluster/assign.hpp"
#include "cluster/seeding.hpp"
#include "jobs/jobs.hpp"
#include "jobs/segmentation.hpp"
#include "jobs/spec_options.hpp"
#include "segments/start.hpp"
#include "segments/summary.hpp"

namespace psychograph::jobs {
namespace {

/// As the spec says: drawn, or from a file.
cluster::Starts starts_of(const comm::Communicator& world, const spec::Cluster& options,
                          const cluster::Data& data, const features::Schema& schema) {
  if (options.init == spec::Init::file) {
    const auto start = segments::read_start(world, options.init_file, schema, options.k);
    return {1, [start](std::int64_t) { return start; }};
  }
  return {options.restarts, [&](std::int64_t restart) {
            return cluster::seed_centroids(world, data, options.k, options.init, options.seed,
                                           static_cast<std::uint32_t>(restart));
          }};
}

/// Numbers segments from 0, by falling size.
void number_by_size(const comm::Communicator& world, const cluster::Data& data, segments::Result& result) {
  result.segments = cluster::assign_by_size(world, data, result.fitted.centroids);
  result.model.centroids = result.segments.centroids;
  for (std::size_t c = 0; c < result.model.centroids.k(); ++c) {
    result.model.ids.push_back(static_cast<std::int32_t>(c));
    result.model.names.push_back(fmt::format("segment {}", c));
  }
}

void segment(const comm::Communicator& world, const SpecOptions& options, Reporter& reporter) {
  const auto spec = load_spec(world, options, spec::Purpose::segment);
  const SegmentationPlan plan{
      .starts = [&](const auto& data,
                    const auto& schema) { return starts_of(world, spec.cluster, data, schema); },
      .number = [&](const auto& data, auto& result) { number_by_size(world, data, result); }};
  const auto result = find_segments(world, options, spec, {}, plan, reporter);
  reporter.summary(segments::summarise(result));
  reporter.stage(fmt::format("done: {}", spec.output_path));
}

}  // namespace

Job segment_job(CLI::App& job) {
  auto options = std::make_shared<SpecOptions>();
  add_spec_options(job, *options);
  add_segmentation_options(job, *options);
  return
      [options](const comm::Communicator& world, Reporter& reporter) { segment(world, *options, reporter); };
}

}  // namespace psychograph::jobs
