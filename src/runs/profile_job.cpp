#include "runs/profile_job.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "features/fit.hpp"
#include "features/glob_notices.hpp"
#include "features/levels.hpp"
#include "features/notices.hpp"
#include "features/resolve.hpp"
#include "io/id_join.hpp"
#include "io/inspect.hpp"
#include "io/ordered_text.hpp"
#include "results/layout.hpp"
#include "results/stored_result.hpp"
#include "runs/json_text.hpp"
#include "runs/profiling.hpp"
#include "runs/spec_options.hpp"
#include "runs/stored_spec.hpp"

namespace psychograph::runs {
namespace {

/// Segments of all local rows, and what keeps them.
struct Grouping {
  std::vector<std::int32_t> ids;
  std::vector<std::string> names;
  core::RowVector<std::int32_t> places;  ///< [local rows], by place in `ids`; negative: in none

  [[nodiscard]] Segmented segmented() const {
    return {ids, names, [this](core::RowRange rows, std::span<std::int32_t> out) {
              std::copy_n(places.begin() + static_cast<std::ptrdiff_t>(rows.begin), out.size(), out.begin());
            }};
  }
};

/// What is written of a profile, and to where.
void write(const comm::Communicator& world, const ProfileJobOptions& options, const Portrait& portrait,
           std::int64_t customers, Reporter& reporter) {
  if (!options.csv.empty()) {
    io::OrderedText csv(world, options.csv);
    csv.append(world.rank() == 0 ? results::to_csv(portrait.profile) : std::string());
    csv.commit();
  }
  if (options.output.empty()) return;
  io::OutputFile file(world, options.output);
  results::write_table(file, results::layout::profile, portrait.profile);
  results::write_table(file, results::layout::personas, portrait.personas);
  results::write_table(file, results::layout::audit, portrait.audit);
  file.create_group(results::layout::run);
  file.set_attribute(results::layout::run, "job", std::string("profile"));
  file.set_attribute(results::layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute(results::layout::run, "n", customers);
  file.set_attribute(results::layout::run, "command", reporter.command());
  file.commit();
}

io::FileUse files_of(const ProfileJobOptions& options, const spec::Spec& spec) {
  io::FileUse use{io::files_read(spec.input), {}};
  use.read.push_back(options.source);
  use.read.insert(use.read.end(), spec.codebooks.begin(), spec.codebooks.end());
  if (!options.output.empty()) use.written.push_back({"--output", options.output});
  if (!options.csv.empty() && options.csv != "-")
    use.written.push_back({"--csv", options.csv, io::Output::Kind::text});
  return use;
}

/// The levels of a column as segments.
Grouping group_by(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                  const std::string& by) {
  features::Feature feature;
  feature.name = by;
  feature.columns = {by};
  feature.kind = spec::Kind::categorical;
  feature.leveled = true;
  feature.sentinels = spec.input.missing_values;
  const auto column = io::require_column(shard.table(), by, "--by");
  const auto levels = features::find_levels(world, shard, feature, {}).levels;
  if (levels.empty())
    throw core::data_error(
        fmt::format("{}: column \"{}\" has no value at all", io::files_name(shard.table()), by));
  Grouping grouping;
  for (const auto& level : levels) {
    grouping.ids.push_back(static_cast<std::int32_t>(grouping.ids.size()));
    grouping.names.push_back(level.name);
  }
  grouping.places = comm::run_on_all_ranks(
      world, [&] { return core::RowVector<std::int32_t>(shard.local_rows(), -1, shard.where()); });
  const features::LevelReader reader(shard.table(), feature, levels);
  shard.read(std::vector{column}, [&](const io::RawBlock& block) {
    reader.read(block,
                std::span(grouping.places).subspan(static_cast<std::size_t>(block.first), block.count));
  });
  return grouping;
}

bool have_a_column_in_common(const features::Feature& one, const features::Feature& other) {
  return std::any_of(one.columns.begin(), one.columns.end(), [&](const std::string& column) {
    return std::find(other.columns.begin(), other.columns.end(), column) != other.columns.end();
  });
}

/// A result's segments, by the customers' ids.
Grouping segments_by_id(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                        const results::StoredResult& stored, const std::string& path, Reporter& reporter) {
  namespace layout = results::layout;
  if (!spec.input.id)
    throw core::data_error(
        fmt::format("{}: was made without input.id, so nobody's segment is known by an id; "
                    "--set input.id=... names the column of the table that holds the row "
                    "numbers of that run",
                    path));
  reporter.stage(fmt::format("looking up the customers in {}", path));
  io::Shard assignments(
      world, comm::run_on_root(world, [&] { return io::inspect_table({path}, layout::assignments); }));
  auto found = io::look_up(world, shard, *spec.input.id,
                           {assignments, std::string(layout::leaf(layout::customer_id)),
                            std::string(layout::leaf(layout::segment))});
  std::int64_t absent = 0;
  for (const auto id : found.values) absent += id == io::absent ? 1 : 0;
  absent = comm::sum_over_ranks(world, absent);
  if (absent == shard.table().rows())
    throw core::data_error(
        fmt::format("{}: none of its customers is in {}", io::files_name(shard.table()), path));
  if (absent > 0)
    reporter.warn(fmt::format("{} customers of the table are not in {}: they are left out", absent, path));
  Grouping grouping{stored.model.ids, stored.model.names, std::move(found.values)};
  for (auto& id : grouping.places) id = std::max(id, -1);
  take_places(grouping.ids, grouping.places);
  return grouping;
}

features::Schema describe(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                          Reporter& reporter) {
  auto features = features::resolve(world, shard, spec);
  for (const auto& notice : features::glob_notices(shard.table(), spec)) reporter.warn(notice);
  for (const auto& notice : features::notices(shard.table(), spec, features)) reporter.warn(notice);
  for (auto& feature : features) feature.clustered = false;
  reporter.stage(
      fmt::format("reading {} customers from {}", shard.table().rows(), io::files_name(shard.table())));
  const features::Participation everybody{{}, {}, shard.table().rows()};
  return features::fit(world, shard, features, everybody, features::Degenerate::report);
}

void require_an_output(const ProfileJobOptions& options) {
  if (options.output.empty() && options.csv.empty())
    throw core::usage_error("where to? Name --output FILE.h5 or --csv FILE.csv, or both");
}

void finish(const comm::Communicator& world, const ProfileJobOptions& options, const spec::Spec& spec,
            const io::Shard& shard, const features::Schema& schema, const Grouping& grouping,
            const insight::Codebook& codebook, Reporter& reporter) {
  std::vector<features::Feature> features;
  for (const auto& fitted : schema.features) features.push_back(fitted.feature);
  require_letters(spec, features);
  const auto portrait = portray(world, shard, schema, spec, grouping.segmented(), codebook, reporter);
  comm::heed_last_stop_requests(world);
  write(world, options, portrait, shard.table().rows(), reporter);
  reporter.stage(fmt::format("done: {}", options.output.empty() ? options.csv : options.output));
}

void profile_by_column(const comm::Communicator& world, const ProfileJobOptions& options,
                       Reporter& reporter) {
  SpecOptions spec_options;
  spec_options.path = options.source;
  spec_options.inputs = options.inputs;
  spec_options.sets = options.sets;
  auto spec = load_spec(world, spec_options, spec::Purpose::describe);
  if (!options.columns.empty()) {
    spec.features.clear();
    spec.constructs.clear();
    spec.describe_only = options.columns;
  } else if (spec.features.empty() && spec.constructs.empty() && spec.describe_only.empty()) {
    spec.describe_only = {"**"};  // a column may be called *
  }
  reporter.open([&] { return files_of(options, spec); });
  const auto codebook = insight::read_codebook(world, spec);
  const io::Shard shard(world, io::open_table(world, spec.input));
  auto schema = describe(world, shard, spec, reporter);
  std::erase_if(schema.features, [&](const auto& fitted) {
    return !fitted.feature.construct && fitted.feature.name == options.by;
  });
  finish(world, options, spec, shard, schema, group_by(world, shard, spec, options.by), codebook, reporter);
}

void profile_result(const comm::Communicator& world, const ProfileJobOptions& options, Reporter& reporter) {
  const auto stored = results::read_result(world, options.source);
  std::vector<spec::Override> overrides;
  for (const auto& set : options.sets) overrides.push_back(spec::parse_override(set));
  if (!options.inputs.empty()) overrides.push_back({"input.files", json_text(options.inputs)});
  auto spec = parse_stored_spec(stored, options.source, overrides);
  if (!options.inputs.empty()) spec.input.files = options.inputs;
  auto schema = stored.model.schema;
  if (!options.columns.empty()) {
    spec.features.clear();
    spec.constructs.clear();
    spec.describe_only = options.columns;
    spec.profile.letters.clear();  // of other features
  }
  reporter.open([&] { return files_of(options, spec); });
  const auto codebook = insight::read_codebook(world, spec);
  const io::Shard shard(world, io::open_table(world, spec.input));
  if (!options.columns.empty()) {
    schema = describe(world, shard, spec, reporter);
    for (auto& fitted : schema.features) {
      for (const auto& known : stored.model.schema.features)
        fitted.feature.clustered |=
            known.feature.clustered && have_a_column_in_common(known.feature, fitted.feature);
    }
  }
  finish(world, options, spec, shard, schema,
         segments_by_id(world, shard, spec, stored, options.source, reporter), codebook, reporter);
}

}  // namespace

void profile(const comm::Communicator& world, const ProfileJobOptions& options, Reporter& reporter) {
  require_an_output(options);
  if (options.by.empty()) {
    profile_result(world, options, reporter);
  } else {
    profile_by_column(world, options, reporter);
  }
}

}  // namespace psychograph::runs
