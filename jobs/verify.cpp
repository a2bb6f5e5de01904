// psychograph verify: whether a result is what the program makes of that input. It makes it again, and
// compares.
#include <filesystem>
#include <functional>
#include <memory>
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
#include "jobs/assignment.hpp"
#include "jobs/jobs.hpp"
#include "jobs/memory_options.hpp"
#include "jobs/resegmentation.hpp"
#include "jobs/segmentation.hpp"
#include "jobs/stored_spec.hpp"
#include "jobs/terminal.hpp"
#include "segments/differences.hpp"
#include "segments/stored_result.hpp"

namespace psychograph::jobs {
namespace {

struct Options {
  std::string result;
  std::vector<std::string> inputs;
  std::string model;
  std::string previous;
  std::string temporary;
  MemoryOptions memory;
};

/// How a result is made again. Both are collective.
struct Remaking {
  /// Of the cells that the job uses.
  std::function<std::string(const comm::Communicator& world)> fingerprint;
  /// Writes the result once more, to `path`.
  std::function<void(const comm::Communicator& world, const std::string& path, Reporter& reporter)> run;
};

/// With the kinds of the stored model: what its spec says nothing about was another one's choice, then.
void segment_by(const comm::Communicator& world, const spec::Spec& spec, const MemoryOptions& memory,
                SegmentationPlan plan, const segments::StoredResult& stored, const std::string& path,
                Reporter& reporter) {
  plan.kinds = &stored.model.schema;
  const auto found = find_segments(world, spec, memory, plan, nullptr, nullptr, reporter);
  segments::write_result(world, path, found.result, *found.shard, spec.input.id, found.provenance, {},
                         [&](io::OutputFile& file) {
                           if (plan.also_write) plan.also_write(file, found.result);
                         });
}

Remaking segment_again(const spec::Spec& spec, const MemoryOptions& memory,
                       const segments::StoredResult& stored) {
  return {[spec](const comm::Communicator& world) { return fingerprint_to_segment(world, spec); },
          [=](const comm::Communicator& world, const std::string& path, Reporter& reporter) {
            segment_by(world, spec, memory, plan_afresh(world, spec), stored, path, reporter);
          }};
}

Remaking resegment_again(const spec::Spec& spec, const MemoryOptions& memory,
                         const segments::StoredResult& stored, const std::string& previous) {
  return {[spec](const comm::Communicator& world) { return fingerprint_to_segment(world, spec); },
          [=](const comm::Communicator& world, const std::string& path, Reporter& reporter) {
            Resegmentation resegmentation(world, previous, spec, reporter);
            segment_by(world, spec, memory, resegmentation.plan(), stored, path, reporter);
          }};
}

/// By the model inside the result itself.
Remaking assign_again(const spec::Spec& spec, const segments::StoredResult& stored, const std::string& name) {
  return {[=](const comm::Communicator& world) { return fingerprint_to_assign(world, spec, stored, name); },
          [=](const comm::Communicator& world, const std::string& path, Reporter& reporter) {
            assign_customers(world, spec, stored, name, path, reporter);
          }};
}

/// By the job that made it.
Remaking remaking_of(const Options& options, const segments::StoredResult& stored, const spec::Spec& spec) {
  if (!stored.previous_model_sha256.empty())
    return resegment_again(spec, options.memory, stored, options.previous);
  if (stored.algorithm == "kmeans") return segment_again(spec, options.memory, stored);
  if (stored.algorithm == "assign") return assign_again(spec, stored, options.result);
  throw core::data_error(fmt::format("{}: was made by \"{}\", which this program does not know",
                                     options.result, stored.algorithm));
}

/// Collective.
void require_model(const comm::Communicator& world, const Options& options,
                   const segments::StoredResult& stored) {
  if (options.model.empty()) return;
  if (stored.algorithm != "assign")
    throw core::usage_error(fmt::format("--model is for results of assign: {} is none", options.result));
  const auto model = segments::read_result(world, options.model);
  if (model.model_sha256 == stored.model_sha256) return;
  throw core::data_error(
      fmt::format("{}: is not the work of the model of {} (the model's SHA-256 is {}, and {} here)",
                  options.result, options.model, stored.model_sha256, model.model_sha256));
}

/// Collective.
void require_previous(const comm::Communicator& world, const Options& options,
                      const segments::StoredResult& stored) {
  if (stored.previous_model_sha256.empty() != options.previous.empty()) {
    throw core::usage_error(
        options.previous.empty()
            ? fmt::format("{}: is a result of resegment: name the one before it with --previous",
                          options.result)
            : fmt::format("--previous is for results of resegment: {} is none", options.result));
  }
  if (options.previous.empty()) return;
  const auto previous = segments::read_result(world, options.previous);
  if (previous.model_sha256 == stored.previous_model_sha256) return;
  throw core::data_error(
      fmt::format("{}: was not made from {} (the previous model's SHA-256 is {}, and {} there)",
                  options.result, options.previous, stored.previous_model_sha256, previous.model_sha256));
}

io::FileUse files_of(const Options& options, const spec::Spec& spec) {
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
  TemporaryFile(const comm::Communicator& world, const Options& options) {
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

std::string told(const segments::FileComparison& comparison) {
  return fmt::format("{} datasets and {} attributes", comparison.datasets, comparison.attributes);
}

void verify(const comm::Communicator& world, const Options& options, Reporter& reporter) {
  const auto stored = segments::read_result(world, options.result);
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
  const auto comparison = segments::compare_results(world, options.result, again.path());
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

}  // namespace

Job verify_job(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("result", options->result, "The result file of segment, resegment or assign")
      ->required()
      ->type_name("RESULT.h5");
  app.add_option("--input", options->inputs,
                 "The customer table it was made of (globs; default: as noted in it)")
      ->type_name("FILE ...");
  app.add_option("--model", options->model,
                 "For a result of assign: the result file whose model must have made it")
      ->type_name("FILE");
  app.add_option("--previous", options->previous,
                 "For a result of resegment: last quarter's result, which it was made from")
      ->type_name("FILE");
  app.add_option(
         "--temporary", options->temporary,
         "Where the result is made again, which takes as much disk space: a folder that all ranks see "
         "(default: beside the result)")
      ->type_name("FOLDER");
  add_memory_options(app, options->memory);
  return
      [options](const comm::Communicator& world, Reporter& reporter) { verify(world, *options, reporter); };
}

}  // namespace psychograph::jobs
