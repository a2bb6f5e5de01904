#include "runs/assignment.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cluster/assign.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/row_memory.hpp"
#include "core/stopwatch.hpp"
#include "features/window_cells.hpp"
#include "features/window_encoder.hpp"
#include "io/fingerprint.hpp"
#include "io/ids.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"
#include "io/windows.hpp"
#include "results/layout.hpp"
#include "results/summary.hpp"
#include "runs/json_text.hpp"
#include "runs/profiling.hpp"
#include "runs/stored_spec.hpp"
#include "runs/typed_assignment.hpp"

namespace psychograph::runs {
namespace {

/// So many that a window's cells, encoded and not, take some ten megabytes.
std::int64_t rows_at_once(std::size_t width, std::size_t columns) {
  constexpr std::int64_t cells = std::int64_t{1} << 21;
  constexpr std::int64_t least = 1024;
  return std::max(least, cells / static_cast<std::int64_t>(std::max(width, columns)));
}

std::string wanted_by(const std::string& model_path) { return "the model of " + model_path; }

std::vector<std::size_t> used_columns(const features::WindowEncoder& encoder, const io::Table& table,
                                      const std::optional<std::string>& id) {
  auto columns = encoder.columns();
  if (!id) return columns;
  const auto column = io::id_column(table, *id);
  if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
  return columns;
}

/// The model's own spec, with what the command line replaces. A JSON string or list of strings is one in TOML
/// too.
spec::Spec spec_of(const AssignOptions& options, const results::StoredResult& model) {
  std::vector<spec::Override> overrides{{"input.files", json_text(options.inputs)}};
  if (!options.table.empty()) overrides.push_back({"input.table", json_text(options.table)});
  if (!options.id.empty()) overrides.push_back({"input.id", json_text(options.id)});
  if (options.external) overrides.push_back({"input.external", "true"});
  auto spec = parse_stored_spec(model, options.model, overrides);
  spec.input.files = options.inputs;  // these three may be no UTF-8, which TOML must be
  if (!options.table.empty()) spec.input.table = options.table;
  if (!options.id.empty()) spec.input.id = options.id;
  return spec;
}

io::FileUse files_of(const AssignOptions& options, const spec::Spec& spec) {
  auto read = io::files_read(spec.input);
  read.push_back(options.model);
  if (options.profile) read.insert(read.end(), spec.codebooks.begin(), spec.codebooks.end());
  return {read, {{"--output", options.output}}};
}

/// Without the described features that the table doesn't have.
features::Schema described_in(const io::Table& table, features::Schema schema) {
  std::erase_if(schema.features, [&](const auto& fitted) {
    return !fitted.feature.clustered && !features::can_be_read(table, fitted.feature);
  });
  return schema;
}

/// As they stand in the file: they are not in memory any more.
Segmented assigned_segments(const results::Result& result, const io::Shard& shard,
                            const io::OutputFile& file) {
  return {result.model.ids, result.model.names, [&](core::RowRange rows, std::span<std::int32_t> out) {
            file.read_block(results::layout::segment, shard.rows().begin + rows.begin, rows.size(),
                            out.data());
            take_places(result.model.ids, out);
          }};
}

}  // namespace

results::Result assign_customers(const comm::Communicator& world, const spec::Spec& spec,
                                 const results::StoredResult& model, const std::string& model_path,
                                 const std::string& output, bool profile, Reporter& reporter) {
  const core::Stopwatch total;
  std::optional<insight::Codebook> codebook;
  if (profile) codebook = insight::read_codebook(world, spec);
  results::Result result{.job = results::Job::assign,
                         .algorithm = spec.cluster.algorithm,
                         .model = model.model,
                         .segments = {},
                         .customers_by_id = {},
                         .fitted = {},
                         .archive = model.archive,
                         .effective_spec = spec.effective,
                         .min_cell = spec.privacy.min_cell,
                         .seed = spec.cluster.seed,
                         .input_fingerprint = {}};
  results::Provenance provenance{.command = reporter.command()};
  result.segments.model = result.model.clusters;
  const auto& centres = result.model.centres();
  io::Shard shard(world, io::open_table(world, spec.input));
  features::WindowEncoder encoder(shard, result.model.schema, spec.input.weight, wanted_by(model_path));
  const auto columns = used_columns(encoder, shard.table(), spec.input.id);
  for (const auto& notice : io::attribute_notices(shard.table(), columns)) reporter.warn(notice);
  for (const auto& notice : io::reading_notices(shard.table(), columns)) reporter.warn(notice);
  io::Fingerprint fingerprint(shard, columns);
  result.customers = shard.table().rows();
  result.first_row = shard.rows().begin;
  reporter.stage(fmt::format("assigning {} customers of {} to the {} segments of {}", result.customers,
                             io::files_name(shard.table()), centres.k(), model_path));

  const core::Stopwatch writing;
  const io::IdFormat id_format(world, shard, spec.input.id);
  io::OutputFile file(world, output);
  const auto memberships = results::memberships_of(result.model);
  results::create_assignments(file, result.customers, memberships, id_format.type());
  io::WindowIds ids(shard, id_format);
  const auto blocks = features::column_blocks(result.model.schema);
  const cluster::Scorer scorer(result.model.clusters, blocks);
  cluster::FigureSums figures(centres.k(), spec.input.weight.has_value());
  insight::ClosenessSums closeness(centres.k());
  cluster::Assignment assignment;
  results::CustomerSegments customers;
  io::Windows windows(world, shard, columns, rows_at_once(centres.p(), columns.size()));
  while (windows.next()) {
    const auto rows = windows.rows();
    comm::run_on_all_ranks(world, [&] {
      encoder.begin(rows);
      ids.begin(rows);
      assignment.set_nobody(static_cast<std::size_t>(rows.size()), scorer.memberships());
    });
    windows.read([&](const io::RawBlock& block) {
      encoder.see(block);
      ids.see(block);
    });
    comm::run_on_all_ranks(world, [&] {
      encoder.finish();
      scorer.assign(encoder.matrix(), encoder.weights(), assignment, figures);
      if (codebook)
        closeness.see(shard.rows().begin + rows.begin, assignment.label, assignment.runner_up,
                      assignment.distance, assignment.margin);
      customers = results::by_ids(std::move(assignment), result.model.ids);
    });
    const auto first = shard.rows().begin + rows.begin;
    file.write_block(results::layout::customer_id, first, rows.size(), ids.bytes());
    results::write_assignments(file, first, memberships, customers);
    assignment = {std::move(customers.id), std::move(customers.runner_up_id), std::move(customers.distance),
                  std::move(customers.margin), std::move(customers.membership)};  // for the next window
    reporter.progress("assigning", windows.share());
  }
  for (const auto& notice : encoder.notices(world)) reporter.warn(notice);
  figures.read_into(world, result.segments);
  result.input_fingerprint = fingerprint.finish(world);
  provenance.seconds_read = comm::max_over_ranks(world, shard.seconds_reading());
  provenance.seconds_total = total.seconds() - writing.seconds();
  results::finish_result(
      world, file, result, std::move(provenance), writing, {}, [&](io::OutputFile& written) {
        if (codebook)
          write_portrait(world, written, shard, described_in(shard.table(), result.model.schema), spec,
                         assigned_segments(result, shard, written), closeness.find(world), *codebook,
                         reporter);
        comm::heed_last_stop_requests(world);
      });
  return result;
}

std::string fingerprint_to_assign(const comm::Communicator& world, const spec::Spec& spec,
                                  const results::StoredResult& model, const std::string& model_path) {
  io::Shard shard(world, io::open_table(world, spec.input));
  const features::WindowEncoder encoder(shard, model.model.schema, spec.input.weight, wanted_by(model_path));
  return io::Fingerprint(shard, used_columns(encoder, shard.table(), spec.input.id)).finish(world);
}

void assign(const comm::Communicator& world, const AssignOptions& options, Reporter& reporter) {
  const auto tool = read_tool(world, options.model);
  const auto model = tool ? tool->origin : results::read_result(world, options.model);
  const auto spec = spec_of(options, model);
  reporter.open([&] { return files_of(options, spec); });
  try {
    if (tool) {
      assign_by_tool(world, spec, *tool, options.model, options.output, reporter);
      reporter.stage(fmt::format("done: {}", options.output));
      return;
    }
    const auto result =
        assign_customers(world, spec, model, options.model, options.output, options.profile, reporter);
    reporter.summary(results::summarise_assigned(result, model.shares));
  } catch (const core::Error& error) {
    if (error.code() != core::ExitCode::stopped) throw;
    throw core::stopped_error(
        "stopped on request: nothing is written, and assign starts from the beginning next time");
  }
  reporter.stage(fmt::format("done: {}", options.output));
}

}  // namespace psychograph::runs
