#include "runs/segmentation.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cluster/algorithms.hpp"
#include "cluster/assign.hpp"
#include "cluster/restarts.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/printable.hpp"
#include "core/stopwatch.hpp"
#include "features/encodable.hpp"
#include "features/glob_notices.hpp"
#include "features/notices.hpp"
#include "features/resolve.hpp"
#include "features/width.hpp"
#include "io/disk_space.hpp"
#include "io/fence.hpp"
#include "io/fingerprint.hpp"
#include "io/id_join.hpp"
#include "io/ids.hpp"
#include "planning/problem.hpp"
#include "results/archive.hpp"
#include "results/layout.hpp"
#include "results/start.hpp"
#include "results/summary.hpp"
#include "runs/dendrogram.hpp"
#include "runs/encoding.hpp"
#include "runs/evaluation.hpp"
#include "runs/naming_files.hpp"
#include "runs/profiling.hpp"
#include "runs/segment_checks.hpp"
#include "runs/structure_tables.hpp"

namespace psychograph::runs {
namespace {

/// The table's columns that the result depends on. Throws a data error where there is no such id or
/// weight.
std::vector<std::size_t> used_columns(const io::Table& table, const spec::Spec& spec,
                                      const std::vector<features::Feature>& features) {
  std::vector<std::size_t> columns;
  if (spec.input.id) columns.push_back(io::require_column(table, *spec.input.id, "input.id"));
  if (spec.input.weight) columns.push_back(io::require_column(table, *spec.input.weight, "input.weight"));
  for (const auto& feature : features) {
    for (const auto& column : feature.columns) columns.push_back(*table.find(column));
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

/// What the result is going to take, at the least. The ids' texts are not known yet.
io::SpaceDemand result_space(const io::Table& table, const spec::Spec& spec, std::int64_t width) {
  std::size_t id_bytes = sizeof(std::int64_t);
  if (spec.input.id) {
    const auto& id = table.columns[*table.find(*spec.input.id)];
    id_bytes = id.type == io::ColumnType::text ? 1 : id.bytes;
  }
  return {spec.output_path, results::least_bytes(table.rows(), id_bytes, spec.cluster.k, width)};
}

/// What the rank with most rows has to hold.
planning::Problem problem_of_a_rank(const io::Shard& shard, const spec::Spec& spec,
                                    const SegmentationPlan& plan,
                                    const std::vector<features::Feature>& features) {
  auto problem = planning::problem_of(shard.table(), spec, features);
  if (spec.input.id) problem.key_bytes = io::unsorted_row_bytes;
  if (plan.look) problem.kept_bytes = sizeof(std::int32_t);  // last quarter's segment
  if (plan.known_customers > 0) {
    const auto known = plan.known_customers * io::known_row_bytes / shard.table().rows() + 1;
    problem.key_bytes = io::asking_row_bytes + known;
  }
  problem.customers = shard.most_local_rows();
  if (!spec.cluster.ks.empty()) {  // samples of everybody, or of as many as are looked at
    constexpr double copies = 2.7;
    const auto looked_at = static_cast<double>(evaluate::Thoroughness{}.customers);
    const double share =
        std::min(1.0, looked_at / static_cast<double>(std::max<std::int64_t>(1, shard.table().rows())));
    problem.kept_bytes +=
        static_cast<std::int64_t>(copies * share * 4 * static_cast<double>(problem.columns)) + 1;
  }
  return problem;
}

/// Beside the checkpoints, under names that follow from all that they depend on. Collective.
KeptJudgements kept_judgements(Checkpoints* checkpoints, const spec::Spec& spec, std::size_t columns,
                               const std::string& fingerprint, Reporter& reporter) {
  auto* const records = checkpoints == nullptr ? nullptr : checkpoints->judgements();
  if (records == nullptr) return {};
  const auto id = [&spec](std::int64_t k) {
    return fmt::format("{:016x}", core::hash_text(fmt::format("{}\n{}", k, spec.effective)).low);
  };
  const auto& ks = spec.cluster.ks;
  const auto is_kept = [&](std::int64_t k) { return records->find(id(k), fingerprint).has_value(); };
  if (records->kept() > 0 && std::none_of(ks.begin(), ks.end(), is_kept))
    reporter.warn(fmt::format("{}: is of another spec, input or version: starts afresh", records->path()));
  return {.find = [=](std::int64_t k) -> std::optional<evaluate::Judgement> {
            auto record = records->find(id(k), fingerprint);
            if (!record || !is_of(record->judgement, k, columns)) return std::nullopt;
            checkpoints->judged(k);
            return std::move(record->judgement);
          },
          .keep =
              [=](const evaluate::Judgement& judgement) {
                RunRecord record;
                record.judgement = judgement;
                records->keep(id(judgement.k), fingerprint, record);
                checkpoints->judged(judgement.k);
              }};
}

/// Fits, encodes, clusters and assigns; the encoded matrix is gone when it returns.
void cluster_customers(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                       const SegmentationPlan& plan, const std::vector<features::Feature>& features,
                       io::Fingerprint& fingerprint, Checkpoints* checkpoints, Segmentation& found,
                       Reporter& reporter) {
  auto& result = found.result;
  auto& provenance = found.provenance;
  const core::Stopwatch watch;
  const double read_before = shard.seconds_reading();
  const auto participation = features::find_participation(world, shard, spec, features);
  if (plan.look) plan.look(shard, features, participation);
  auto [schema, matrix, gamma] = encode_for(world, shard, spec.cluster, features, participation);
  result.gamma = gamma;
  if (gamma) reporter.stage(fmt::format("gamma is estimated: {:.4g}", *gamma));
  for (const auto& sentence : features::lost_in_float(schema)) reporter.warn(sentence);
  result.model.schema = std::move(schema);
  if (spec.cluster.names_alone) require_names(result.model.schema);
  for (const auto& notice : features::notices(shard.table(), result.model.schema)) reporter.warn(notice);
  result.input_fingerprint = fingerprint.finish(world);
  const auto data = naming_files(shard.table(), [&, &matrix = matrix] {
    return kernel::describe_data(world, matrix, participation.weights, shard.rows(),
                                 features::column_blocks(result.model.schema));
  });
  provenance.seconds_features = watch.seconds() - (shard.seconds_reading() - read_before);

  if (spec.cluster.algorithm == spec::Algorithm::kmedians)
    require_few_values(world, data, result.model.schema);
  io::blame_no_more_aborts();

  auto options = spec.cluster;
  if (!options.ks.empty()) {
    const auto kept =
        kept_judgements(checkpoints, spec, data.matrix.columns(), result.input_fingerprint, reporter);
    found.structure = naming_files(shard.table(), [&] {
      return find_structure(world, data, result.model.schema, options, kept, reporter);
    });
    options.k = found.structure->chosen();
    options.ks.clear();
    if (!evaluate::recommended(found.structure->judgements))
      reporter.warn(fmt::format("no number of segments is recommended: {} are made", options.k));
  }
  if (options.algorithm == spec::Algorithm::factor_kmeans)
    reporter.warn(
        "cluster.algorithm = \"factor_kmeans\" looks at the directions in which customers vary most, and "
        "segments may differ in "
        "others: \"reduced_kmeans\" looks for those that tell segments apart");
  const auto starts = plan.starts(data, result.model.schema, options);
  reporter.stage(fmt::format("clustering {} customers, {} encoded columns, k = {}", data.global_rows,
                             matrix.columns(), options.k));
  cluster::Observer observer{.step = [&](std::int64_t restart, const cluster::Told& told) {
    reporter.step(restart, starts.count, cluster::algorithm(options.algorithm).rises, told);
  }};
  if (checkpoints != nullptr) checkpoints->observe(observer);
  cluster::Progress unnoted;
  auto& progress = checkpoints != nullptr
                       ? checkpoints->begin(result.input_fingerprint, options, starts.count, matrix.columns())
                       : unnoted;
  const cluster::FitInput input{
      world, data, matrix, options, [&](std::int64_t, std::int64_t row) {
        reporter.warn(fmt::format(
            "a segment that nobody was nearest to is moved to the farthest customer, row {}", row));
      }};
  const features::EncodedTable table{shard, result.model.schema, participation, matrix};
  naming_files(shard.table(), [&] {
    try {
      result.fitted = cluster::fit_best(input, starts, progress, observer);
    } catch (const core::Error& error) {
      if (error.code() != core::ExitCode::data) throw;
      const auto merged = features::merged_in_float(world, table);
      if (merged) throw core::data_error(fmt::format("{}; {}", error.what(), *merged));
      throw;
    }
  });
  plan.number(data, result);
  require_inhabited(shard.table(), result.segments.model, result.segments.size);
  require_exact(world, table, result, data.total_square);
  found.measures = evaluate::fit_measures(world, data, result.segments);
  result.customers_by_id = results::by_ids(std::move(result.segments.assignment), result.model.ids);
  provenance.seconds_seed = result.fitted->seconds_seed;
  provenance.seconds_cluster = result.fitted->seconds_cluster;
}

/// As the spec says: drawn, or from a file.
cluster::Starts starts_of(const comm::Communicator& world, const spec::Cluster& options,
                          const kernel::Data& data, const features::Schema& schema) {
  if (options.init == spec::Init::file) {
    const auto start = results::read_start(world, options.init_file, schema, options.k);
    return {1, [start](std::int64_t) { return core::Centroids(start); }};
  }
  return cluster::drawn_starts(world, data, options);
}

/// Names that the spec gives to segments that there are none of.
void warn_of_names(const std::map<std::int32_t, std::string>& names, const std::vector<std::int32_t>& ids,
                   Reporter& reporter) {
  for (const auto& [id, name] : names) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end())
      reporter.warn(
          fmt::format("[names] {} = \"{}\": there is no segment {}", id, core::printable(name), id));
  }
}

/// Numbers segments from 0, by falling size; they have the names that the spec gives their numbers.
void number_by_size(const comm::Communicator& world, const kernel::Data& data,
                    const std::map<std::int32_t, std::string>& names, results::Result& result) {
  result.segments = cluster::assign_by_size(world, data, result.fitted->model);
  result.model.clusters = result.segments.model;
  for (std::size_t c = 0; c < result.segments.centroids().k(); ++c) {
    result.model.ids.push_back(static_cast<std::int32_t>(c));
    const auto id = static_cast<std::int32_t>(c);
    const auto named = names.find(id);
    result.model.names.push_back(named == names.end() ? fmt::format("segment {}", c) : named->second);
  }
}

}  // namespace

SegmentationPlan plan_afresh(const comm::Communicator& world, const spec::Spec& spec) {
  return {.kinds = nullptr,
          .look = {},
          .starts = [&world](const auto& data, const auto& schema,
                             const auto& options) { return starts_of(world, options, data, schema); },
          .number = [&world, &spec](const auto& data,
                                    auto& result) { number_by_size(world, data, spec.names, result); },
          .also_write = {}};
}

Segmentation find_segments(const comm::Communicator& world, const spec::Spec& spec,
                           const MemoryOptions& memory, const SegmentationPlan& plan,
                           Checkpoints* checkpoints, WriteBack* write_back, Reporter& reporter) {
  Segmentation found{{}, {.command = reporter.command()}, {}, {}, {}};
  auto& [result, provenance, kept, measures, structure] = found;
  result.model.program_version = PSYCHOGRAPH_VERSION;
  result.job = plan.job;
  result.algorithm = spec.cluster.algorithm;
  result.effective_spec = spec.effective;
  result.min_cell = spec.privacy.min_cell;
  result.seed = spec.cluster.seed;
  auto opened = std::make_unique<io::Shard>(world, io::open_table(world, spec.input));
  auto& shard = *opened;
  auto told_apart = spec;
  if (plan.kinds != nullptr) features::follow_geographies(told_apart, *plan.kinds);
  auto features = features::resolve(world, shard, told_apart);
  require_letters(spec, features);
  if (plan.kinds != nullptr) features::take_kinds(features, *plan.kinds);
  for (const auto& notice : features::notices(shard.table(), spec, features)) reporter.warn(notice);
  const auto used = used_columns(shard.table(), spec, features);
  for (const auto& notice : features::glob_notices(shard.table(), spec)) reporter.warn(notice);
  for (const auto& notice : io::attribute_notices(shard.table(), used)) reporter.warn(notice);
  const auto width = features::least_encoded_columns(features);
  if (write_back != nullptr)
    write_back->prepare(shard.table(), used, result_space(shard.table(), spec, width));
  io::Fingerprint fingerprint(shard, used);
  reporter.stage(
      fmt::format("reading {} customers from {}", shard.table().rows(), io::files_name(shard.table())));
  shard.keep_rows_in(
      place_rows(world, memory, problem_of_a_rank(shard, spec, plan, features), width, reporter));
  if (spec.input.id) io::require_unique_ids(world, shard, *spec.input.id);
  cluster_customers(world, shard, spec, plan, features, fingerprint, checkpoints, found, reporter);
  if (plan.kinds == nullptr) warn_of_names(spec.names, result.model.ids, reporter);
  result.customers = shard.table().rows();
  result.first_row = shard.rows().begin;
  shard.watch({});
  kept = std::move(opened);
  provenance.seconds_read = comm::max_over_ranks(world, shard.seconds_reading());
  provenance.seconds_features = comm::max_over_ranks(world, provenance.seconds_features);
  return found;
}

void write_quality(io::OutputFile& file, const Segmentation& found) {
  results::write_table(file, results::layout::quality_measures, measure_table(found.measures));
  if (found.structure) write_structure(file, *found.structure, found.result.min_cell);
  write_dendrogram(file, found.result.model.clusters, found.result.min_cell);
}

std::string fingerprint_to_segment(const comm::Communicator& world, spec::Spec spec,
                                   const features::Schema& model) {
  features::follow_geographies(spec, model);
  io::Shard shard(world, io::open_table(world, spec.input));
  const auto features = features::resolve(world, shard, spec);
  return io::Fingerprint(shard, used_columns(shard.table(), spec, features)).finish(world);
}

void open_files(const SpecOptions& options, const spec::Spec& spec, const std::string& previous,
                Reporter& reporter) {
  reporter.open([&] {
    auto use = files_of(options, spec);
    if (!previous.empty()) use.read.push_back(previous);
    use.written.push_back({options.output.empty() ? "the output" : "--output", spec.output_path});
    use.emptied.push_back(results::CheckpointFolder(spec.output_path).path());
    use.emptied.push_back(RunRecords::path_beside(spec.output_path));
    return use;
  });
}

SegmentedAndTold segment_and_write(const comm::Communicator& world, const SpecOptions& options,
                                   const spec::Spec& spec, const std::string& lineage,
                                   const SegmentationPlan& plan, Reporter& reporter) {
  const core::Stopwatch total;
  std::string told;
  std::optional<insight::Codebook> codebook;
  if (options.profile) codebook = insight::read_codebook(world, spec);
  Checkpoints checkpoints(world, options.checkpoints, spec, lineage, reporter);
  WriteBack write_back(world, options.write_back, reporter);
  Segmentation found;
  const auto& result = found.result;
  try {
    found = find_segments(world, spec, options.memory, plan, &checkpoints, &write_back, reporter);
    reporter.stage(fmt::format("writing {}", spec.output_path));
    found.provenance.resumed = checkpoints.resumed();
    found.provenance.seconds_total = total.seconds();
    results::write_result(
        world, spec.output_path, result, *found.shard, spec.input.id, found.provenance,
        [&] { checkpoints.require_owner(); },
        [&](io::OutputFile& file) {
          if (plan.also_write) plan.also_write(file, result);
          write_quality(file, found);
          if (codebook) told = write_portrait(world, file, *found.shard, result, spec, *codebook, reporter);
          comm::heed_last_stop_requests(world);  // until here a run can be stopped, and resumed later
        });
    if (options.write_back.wanted) {
      comm::run_on_root(world, [&] { checkpoints.require_owner(); });
      write_back.run(spec.output_path, result.first_row, result.customers_by_id.id,
                     {result.model.program_version, result.input_fingerprint,
                      results::sha256(results::to_archive(result.model))});
    }
  } catch (const core::Error& error) {
    checkpoints.end_early(error);
  }
  checkpoints.remove();
  if (found.structure) told = '\n' + in_words(*found.structure) + told;
  return {std::move(found.result), std::move(told)};
}

void segment(const comm::Communicator& world, const SpecOptions& options, Reporter& reporter) {
  const auto spec = load_spec(world, options, spec::Purpose::segment);
  open_files(options, spec, {}, reporter);
  const auto [result, told] = segment_and_write(world, options, spec, {}, plan_afresh(world, spec), reporter);
  reporter.summary(results::summarise(result) + told);
  reporter.stage(fmt::format("done: {}", spec.output_path));
}

}  // namespace psychograph::runs
