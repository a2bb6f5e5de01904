#include "runs/verification.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "io/atomic_path.hpp"
#include "io/table.hpp"
#include "results/differences.hpp"
#include "results/layout.hpp"
#include "results/stored_result.hpp"
#include "runs/assignment.hpp"
#include "runs/evaluation.hpp"
#include "runs/memory.hpp"
#include "runs/profiling.hpp"
#include "runs/resegmentation.hpp"
#include "runs/segmentation.hpp"
#include "runs/stored_spec.hpp"
#include "runs/terminal.hpp"

namespace psychograph::runs {
namespace {

/// How a result is made again. Both are collective.
struct Remaking {
  /// Of the cells that the job uses.
  std::function<std::string(const comm::Communicator& world)> fingerprint;
  /// Writes the result once more, to `path`.
  std::function<void(const comm::Communicator& world, const std::string& path, Reporter& reporter)> run;
};

/// With the kinds of the stored model: what its spec says nothing about was another one's choice, then.
void segment_by(const comm::Communicator& world, const spec::Spec& spec, const MemoryOptions& memory,
                SegmentationPlan plan, const results::StoredResult& stored, const std::string& path,
                Reporter& reporter) {
  plan.kinds = &stored.model.schema;
  std::optional<insight::Codebook> codebook;
  if (stored.has_profile) codebook = insight::read_codebook(world, spec);
  const auto found = find_segments(world, spec, memory, plan, nullptr, nullptr, reporter);
  results::write_result(world, path, found.result, *found.shard, spec.input.id, found.provenance, {},
                        [&](io::OutputFile& file) {
                          if (plan.also_write) plan.also_write(file, found.result);
                          write_quality(file, found);
                          if (codebook)
                            write_portrait(world, file, *found.shard, found.result, spec, *codebook,
                                           reporter);
                        });
}

Remaking segment_again(const spec::Spec& spec, const MemoryOptions& memory,
                       const results::StoredResult& stored) {
  return {[spec, schema = stored.model.schema](const comm::Communicator& world) {
            return fingerprint_to_segment(world, spec, schema);
          },
          [=](const comm::Communicator& world, const std::string& path, Reporter& reporter) {
            segment_by(world, spec, memory, plan_afresh(world, spec), stored, path, reporter);
          }};
}

Remaking resegment_again(const spec::Spec& spec, const MemoryOptions& memory,
                         const results::StoredResult& stored, const std::string& previous) {
  return {[spec, schema = stored.model.schema](const comm::Communicator& world) {
            return fingerprint_to_segment(world, spec, schema);
          },
          [=](const comm::Communicator& world, const std::string& path, Reporter& reporter) {
            auto own = spec;
            Resegmentation resegmentation(world, previous, own, reporter);
            segment_by(world, own, memory, resegmentation.plan(), stored, path, reporter);
          }};
}

/// By the model inside the result itself.
Remaking assign_again(const spec::Spec& spec, const results::StoredResult& stored, const std::string& name) {
  return {[=](const comm::Communicator& world) { return fingerprint_to_assign(world, spec, stored, name); },
          [=](const comm::Communicator& world, const std::string& path, Reporter& reporter) {
            assign_customers(world, spec, stored, name, path, stored.has_profile, reporter);
          }};
}

/// By the job that made it.
Remaking remaking_of(const VerifyOptions& options, const results::StoredResult& stored,
                     const spec::Spec& spec) {
  switch (stored.job) {
    case results::Job::segment:
      return segment_again(spec, options.memory, stored);
    case results::Job::resegment:
      return resegment_again(spec, options.memory, stored, options.previous);
    case results::Job::assign:
      break;
  }
  return assign_again(spec, stored, options.result);
}

/// Collective.
void require_model(const comm::Communicator& world, const VerifyOptions& options,
                   const results::StoredResult& stored) {
  if (options.model.empty()) return;
  if (stored.job != results::Job::assign)
    throw core::usage_error(fmt::format("--model is for results of assign: {} is none", options.result));
  const auto model = results::read_result(world, options.model);
  if (model.model_sha256 == stored.model_sha256) return;
  throw core::data_error(
      fmt::format("{}: is not the work of the model of {} (the model's SHA-256 is {}, and {} here)",
                  options.result, options.model, stored.model_sha256, model.model_sha256));
}

/// Collective.
void require_previous(const comm::Communicator& world, const VerifyOptions& options,
                      const results::StoredResult& stored) {
  if ((stored.job == results::Job::resegment) == options.previous.empty()) {
    throw core::usage_error(
        options.previous.empty()
            ? fmt::format("{}: is a result of resegment: name the one before it with --previous",
                          options.result)
            : fmt::format("--previous is for results of resegment: {} is none", options.result));
  }
  if (options.previous.empty()) return;
  const auto previous = results::read_result(world, options.previous);
  if (previous.model_sha256 == stored.previous_model_sha256) return;
  throw core::data_error(
      fmt::format("{}: was not made from {} (the previous model's SHA-256 is {}, and {} there)",
                  options.result, options.previous, stored.previous_model_sha256, previous.model_sha256));
}

io::FileUse files_of(const VerifyOptions& options, const spec::Spec& spec) {
  io::FileUse use{io::files_read(spec.input), {}};
  use.read.push_back(options.result);
  for (const auto& path : {options.model, options.previous}) {
    if (!path.empty()) use.read.push_back(path);
  }
  if (spec.cluster.init == spec::Init::file) use.read.push_back(spec.cluster.init_file);
  return use;
}

/// A file that every rank sees, for the writer alone to read, removed by rank 0 however the job ends.
class TemporaryFile {
 public:
  TemporaryFile(const comm::Communicator& world, const VerifyOptions& options) {
    path_ = comm::run_on_root(world, [&] {
      const auto name = std::filesystem::path(options.result).filename().string() + ".verify";
      auto folder = std::filesystem::path(options.result).parent_path();
      if (!options.temporary.empty()) folder = options.temporary;
      const auto place = (folder / name).string();
      io::remove_partials(place);
      return file_.emplace(place, place, 0600).name();  // what replaces it keeps that mode
    });
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::optional<io::Partial> file_;
  std::string path_;
};

std::string told(const results::FileComparison& comparison) {
  return fmt::format("{} datasets and {} attributes", comparison.datasets, comparison.attributes);
}

}  // namespace

void verify(const comm::Communicator& world, const VerifyOptions& options, Reporter& reporter) {
  const auto stored = results::read_result(world, options.result);
  if (stored.version != PSYCHOGRAPH_VERSION) {
    reporter.warn(
        fmt::format("{}: was written by version {}, and this is {}: results of other versions may differ",
                    options.result, stored.version, PSYCHOGRAPH_VERSION));
  }
  require_model(world, options, stored);
  require_previous(world, options, stored);
  auto spec = parse_stored_spec(stored, options.result, {});
  if (!options.inputs.empty()) spec.input.files = options.inputs;  // `effective` stays: it is compared
  reporter.open([&] { return files_of(options, spec); });
  const auto remaking = remaking_of(options, stored, spec);
  reporter.stage("reading the input, to see whether it is the one");
  const auto fingerprint = remaking.fingerprint(world);
  if (fingerprint != stored.input_fingerprint) {
    throw core::data_error(
        fmt::format("{}: the input is not the one that it was made of: the fingerprint of its cells is {}, "
                    "and {} was noted",
                    options.result, fingerprint, stored.input_fingerprint));
  }
  const TemporaryFile again(world, options);
  remaking.run(world, again.path(), reporter);
  reporter.stage("comparing");
  const auto comparison = results::compare_results(world, options.result, again.path());
  if (!comparison.differences.empty()) {
    throw ListedError(
        core::ExitCode::data,
        fmt::format("{}: is not what version {} makes of that input; of {}, {} differ:", options.result,
                    PSYCHOGRAPH_VERSION, told(comparison), comparison.differences.size()),
        comparison.differences);
  }
  reporter.summary(
      fmt::format("{}: is what version {} makes of that input: {} customers; {} are the same to the bit\n",
                  core::printable(options.result), PSYCHOGRAPH_VERSION, stored.customers, told(comparison)));
}

}  // namespace psychograph::runs
