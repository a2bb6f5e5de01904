// psychograph profile.
#include <memory>

#include "jobs/jobs.hpp"
#include "runs/profile_job.hpp"

namespace psychograph::jobs {

Job profile_job(CLI::App& job) {
  auto options = std::make_shared<runs::ProfileJobOptions>();
  job.footer(
      "Examples:\n"
      "  psychograph profile segments.h5 --input customers.h5 --columns 'plan_*' region --csv plans.csv\n"
      "  psychograph profile spec.toml --by region --csv regions.csv");
  job.add_option("source", options->source, "A result of segment, assign or resegment; with --by, a spec")
      ->required()
      ->type_name("FILE");
  job.add_option("--input", options->inputs,
                 "Customer tables (globs), instead of those that the source names")
      ->type_name("FILE ...");
  job.add_option("--columns", options->columns, "The columns to describe (globs), instead of the features")
      ->type_name("NAME ...");
  job.add_option("--by", options->by, "The column whose values are the segments")->type_name("NAME");
  job.add_option("--output", options->output, "The HDF5 file to write")->type_name("FILE");
  job.add_option("--csv", options->csv, "The CSV file to write; - for standard output")->type_name("FILE");
  job.add_option("--set", options->sets, "Override a key of the spec, as --set privacy.min_cell=10")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::profile(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
