// The main job: a customer table in, segments out.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "cluster/assign.hpp"
#include "cluster/data.hpp"
#include "cluster/kmeans.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/stopwatch.hpp"
#include "features/encode.hpp"
#include "features/participation.hpp"
#include "features/resolve.hpp"
#include "io/atomic_path.hpp"
#include "io/fingerprint.hpp"
#include "io/ids.hpp"
#include "io/shard.hpp"
#include "jobs/checkpoint_options.hpp"
#include "jobs/jobs.hpp"
#include "jobs/memory_options.hpp"
#include "jobs/spec_options.hpp"
#include "segments/result.hpp"
#include "segments/start.hpp"
#include "segments/summary.hpp"

namespace psychograph::jobs {
namespace {

/// The table's columns that the result depends on.
std::vector<std::size_t> used_columns(const io::Table& table, const spec::Spec& spec,
                                      const std::vector<features::Feature>& features) {
  std::vector<std::size_t> columns;
  const auto use = [&](const std::string& name) { columns.push_back(*table.find(name)); };
  if (spec.input.id) use(*spec.input.id);
  if (spec.input.weight) use(*spec.input.weight);
  for (const auto& feature : features) {
    for (const auto& column : feature.columns) use(column);
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

/// Encoded columns, before the levels of categories are known.
std::int64_t likely_width(const std::vector<features::Feature>& features) {
  constexpr std::int64_t likely_levels = 8;
  std::int64_t width = 0;
  for (const auto& feature : features) {
    if (feature.clustered) width += feature.leveled ? likely_levels : 1;
  }
  return width;
}

cluster::Observer observe(Reporter& reporter, std::int64_t restarts) {
  return {
      [&reporter, restarts](const cluster::Iteration& iteration) { reporter.iteration(iteration, restarts); },
      [&reporter](std::int64_t cluster, std::int64_t row) {
        reporter.warn(fmt::format(
            "cluster {} lost its last customer and starts anew from the farthest one, row {}", cluster, row));
      }};
}

/// Fits, encodes, clusters and assigns; the encoded matrix is gone when it returns.
void cluster_customers(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                       const std::vector<features::Feature>& features, io::Fingerprint& fingerprint,
                       Checkpoints& checkpoints, segments::Result& result, segments::Provenance& provenance,
                       Reporter& reporter) {
  const core::Stopwatch watch;
  const double read_before = shard.seconds_reading();
  const auto participation = features::find_participation(world, shard, spec, features);
  auto [schema, matrix] = features::fit_and_encode(world, shard, features, participation);
  result.model.schema = std::move(schema);
  result.input_fingerprint = fingerprint.finish(world);
  const auto data = cluster::describe_data(world, matrix, participation.weights, shard.rows());
  provenance.seconds_features = watch.seconds() - (shard.seconds_reading() - read_before);

  cluster::Progress fresh;
  if (spec.cluster.init == spec::Init::file)
    fresh.centroids =
        segments::read_start(world, spec.cluster.init_file, result.model.schema, spec.cluster.k);
  reporter.stage(fmt::format("clustering {} customers, {} encoded columns, k = {}", data.global_rows,
                             matrix.columns(), spec.cluster.k));
  auto& progress = checkpoints.begin(result.input_fingerprint, std::move(fresh));
  auto observer = observe(reporter, spec.cluster.init == spec::Init::file ? 1 : spec.cluster.restarts);
  checkpoints.observe(observer);
  try {
    result.fitted = cluster::kmeans(world, data, spec.cluster, progress, observer);
  } catch (const core::Error& error) {  // thrown on all ranks alike; it knows of no files
    if (error.code() == core::ExitCode::stopped) throw;
    throw core::Error(error.code(), fmt::format("{}: {}", io::files_name(shard.table()), error.what()));
  }
  result.segments = cluster::assign_by_size(world, data, result.fitted.centroids);
  result.model.centroids = result.segments.centroids;
  provenance.seconds_seed = result.fitted.seconds_seed;
  provenance.seconds_cluster = result.fitted.seconds_cluster;
}

/// All but the writing: until its end a run can be stopped, and resumed later.
io::Ids find_segments(const comm::Communicator& world, const SpecOptions& options, const spec::Spec& spec,
                      Checkpoints& checkpoints, segments::Result& result, segments::Provenance& provenance,
                      Reporter& reporter) {
  io::Shard shard(world, io::open_table(world, spec.input));
  const auto features = features::resolve(shard.table(), spec);
  io::Fingerprint fingerprint(shard, used_columns(shard.table(), spec, features));
  reporter.stage(
      fmt::format("reading {} customers from {}", shard.table().rows(), io::files_name(shard.table())));
  if (spec.input.id) io::require_unique_ids(world, shard, *spec.input.id);

  place_rows(world, options.memory, shard.most_local_rows(), likely_width(features), reporter);
  cluster_customers(world, shard, spec, features, fingerprint, checkpoints, result, provenance, reporter);
  result.customers = shard.table().rows();
  result.first_row = shard.rows().begin;
  auto ids = io::read_ids(world, shard, spec.input.id);
  provenance.seconds_read = comm::max_over_ranks(world, shard.seconds_reading());
  provenance.seconds_features = comm::max_over_ranks(world, provenance.seconds_features);
  comm::heed_last_stop_requests(world);
  return ids;
}

void segment(const comm::Communicator& world, const SpecOptions& options, Reporter& reporter) {
  const core::Stopwatch total;
  const auto spec = load_spec(world, options, spec::Purpose::segment);
  comm::run_on_root(world, [&] { io::require_writable(spec.output_path); });
  Checkpoints checkpoints(world, options.checkpoints, spec, reporter);
  segments::Result result;
  result.model.program_version = PSYCHOGRAPH_VERSION;
  for (std::int64_t c = 0; c < spec.cluster.k; ++c) {
    result.model.ids.push_back(static_cast<std::int32_t>(c));
    result.model.names.push_back(fmt::format("segment {}", c));
  }
  result.effective_spec = spec.effective;
  result.seed = spec.cluster.seed;
  segments::Provenance provenance{.command = reporter.command(), .resumed = checkpoints.resumed()};
  try {
    const auto ids = find_segments(world, options, spec, checkpoints, result, provenance, reporter);
    reporter.stage(fmt::format("writing {}", spec.output_path));
    provenance.seconds_total = total.seconds();
    segments::write_result(world, spec.output_path, result, ids, provenance,
                           [&] { checkpoints.require_owner(); });
  } catch (const core::Error& error) {
    checkpoints.end_early(error);
  }
  checkpoints.remove();
  reporter.summary(segments::summarise(result));
  reporter.stage(fmt::format("done: {}", spec.output_path));
}

}  // namespace

Job segment_job(CLI::App& job) {
  auto options = std::make_shared<SpecOptions>();
  add_spec_options(job, *options);
  job.add_option("--output", options->output, "The result file, instead of output.path (segments.h5)")
      ->type_name("FILE");
  add_memory_options(job, options->memory);
  add_checkpoint_options(job, options->checkpoints);
  job.add_option("--k", options->k, "Number of segments, instead of cluster.k");
  job.add_option("--seed", options->seed, "Instead of cluster.seed");
  return
      [options](const comm::Communicator& world, Reporter& reporter) { segment(world, *options, reporter); };
}

}  // namespace psychograph::jobs
