#include "runs/profile_job.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "features/resolve.hpp"
#include "io/ordered_text.hpp"
#include "results/layout.hpp"
#include "results/stored_result.hpp"
#include "runs/described_columns.hpp"
#include "runs/grouping.hpp"
#include "runs/profiling.hpp"
#include "runs/spec_options.hpp"
#include "runs/stored_spec.hpp"

namespace psychograph::runs {
namespace {

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

bool have_a_column_in_common(const features::Feature& one, const features::Feature& other) {
  return std::any_of(one.columns.begin(), one.columns.end(), [&](const std::string& column) {
    return std::find(other.columns.begin(), other.columns.end(), column) != other.columns.end();
  });
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
  const auto as_told = spec;
  if (!options.columns.empty()) {
    describe_these(spec, options.columns, "--columns");
  } else if (spec.features.empty() && spec.constructs.empty() && spec.geographies.empty() &&
             spec.describe_only.empty()) {
    spec.describe_only = {"**"};  // a column may be called *
  }
  reporter.open([&] { return files_of(options, spec); });
  const auto codebook = insight::read_codebook(world, spec);
  const io::Shard shard(world, io::open_table(world, spec.input));
  const auto known = features::resolve(world, shard, as_told);
  auto schema = describe(world, shard, spec, known, reporter);
  std::erase_if(schema.features, [&](const auto& fitted) {
    return !fitted.feature.construct && fitted.feature.name == options.by;
  });
  finish(world, options, spec, shard, schema, group_by(world, shard, spec, options.by, known), codebook,
         reporter);
}

void profile_result(const comm::Communicator& world, const ProfileJobOptions& options, Reporter& reporter) {
  auto again = read_again(world, options.source, options.inputs, options.sets);
  const auto& stored = again.stored;
  auto& spec = again.spec;
  auto schema = stored.model.schema;
  if (!options.columns.empty()) {
    describe_these(spec, options.columns, "--columns");
    spec.profile.letters.clear();  // of other features
  }
  reporter.open([&] { return files_of(options, spec); });
  const auto codebook = insight::read_codebook(world, spec);
  const io::Shard shard(world, io::open_table(world, spec.input));
  if (!options.columns.empty()) {
    schema = describe(world, shard, spec, known_to(stored.model.schema), reporter);
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
