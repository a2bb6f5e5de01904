// psychograph measure.
#include <memory>

#include "jobs/jobs.hpp"
#include "jobs/options.hpp"
#include "runs/measure_job.hpp"

namespace psychograph::jobs {

Job measure_job(CLI::App& job) {
  auto options = std::make_shared<runs::MeasureOptions>();
  job.footer(
      "Examples:\n"
      "  psychograph measure campaign.toml --segments segments.h5 --output campaign.h5\n"
      "  psychograph measure campaign.toml --output campaign.h5 --csv tables\n"
      "\n"
      "campaign.toml, the least of it:\n"
      "  [campaign]\n"
      "  files = [\"campaign.h5\"]\n"
      "  arm = \"mail\"            # who got what\n"
      "  control = \"none\"        # the arm that got nothing\n"
      "  outcomes = [\"visit\", \"spend\"]");
  job.add_option("spec", options->path, "Who got what, and what came of it (TOML)")
      ->required()
      ->type_name("CAMPAIGN.toml");
  job.add_option("--input", options->inputs, "Campaign tables (globs), instead of those that the file names")
      ->type_name("FILE ...");
  job.add_option("--segments", options->segments,
                 "A result of segment, resegment or assign: lifts are told of each of its segments, too")
      ->type_name("RESULT.h5");
  job.add_option("--output", options->output, "The HDF5 file to write")->type_name("FILE");
  job.add_option("--csv", options->csv, "A folder for the tables as CSV files")->type_name("FOLDER");
  job.add_option("--set", options->sets,
                 "Override a key of CAMPAIGN.toml, as --set campaign.smallest_lift=0.05")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  add_memory_options(job, options->memory);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::measure(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
