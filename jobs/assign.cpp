// psychograph assign: segments for new customers, from the frozen model of a result.
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "jobs/assignment.hpp"
#include "jobs/jobs.hpp"
#include "jobs/json_text.hpp"
#include "jobs/stored_spec.hpp"
#include "segments/stored_result.hpp"
#include "segments/summary.hpp"

namespace psychograph::jobs {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> inputs;
  std::string output;
  std::string table;
  std::string id;
  bool external = false;
};

/// The model's own spec, with what the command line replaces. A JSON string or list of strings is one in TOML
/// too.
spec::Spec spec_of(const Options& options, const segments::StoredResult& model) {
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

io::FileUse files_of(const Options& options, const spec::Spec& spec) {
  auto read = io::files_read(spec.input);
  read.push_back(options.model);
  return {read, {{"--output", options.output}}};
}

void assign(const comm::Communicator& world, const Options& options, Reporter& reporter) {
  const auto model = segments::read_result(world, options.model);
  const auto spec = spec_of(options, model);
  reporter.open([&] { return files_of(options, spec); });
  try {
    const auto result = assign_customers(world, spec, model, options.model, options.output, reporter);
    reporter.summary(segments::summarise_assigned(result, model.shares));
  } catch (const core::Error& error) {
    if (error.code() != core::ExitCode::stopped) throw;
    throw core::stopped_error(
        "stopped on request: nothing is written, and assign starts from the beginning next time");
  }
  reporter.stage(fmt::format("done: {}", options.output));
}

}  // namespace

Job assign_job(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("model", options->model, "A result file, whose frozen model assigns")
      ->required()
      ->type_name("RESULT.h5");
  app.add_option("--input", options->inputs, "The customer table of the new customers (globs)")
      ->required()
      ->type_name("FILE ...");
  app.add_option("--output", options->output, "The file to write, laid out as that of segment")
      ->required()
      ->type_name("FILE");
  app.add_option("--table", options->table, "Where the table lies in its files, instead of the model's")
      ->type_name("PATH");
  app.add_flag("--external", options->external,
               "Read what lies outside the table's files too: behind links, in raw files");
  app.add_option("--id", options->id, "The column of ids, instead of the model's")->type_name("COLUMN");
  return
      [options](const comm::Communicator& world, Reporter& reporter) { assign(world, *options, reporter); };
}

}  // namespace psychograph::jobs
