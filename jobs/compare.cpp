// psychograph compare.
#include <memory>

#include "jobs/jobs.hpp"
#include "jobs/options.hpp"
#include "runs/comparison_job.hpp"

namespace psychograph::jobs {

Job compare_job(CLI::App& job) {
  auto options = std::make_shared<runs::CompareOptions>();
  job.footer(
      "Examples:\n"
      "  psychograph compare spec.toml --dry-run\n"
      "  mpirun -n 8 psychograph compare spec.toml --output comparison.h5 --csv comparison\n"
      "  mpirun -n 8 psychograph compare spec.toml --output comparison.h5 --resume");
  add_spec_options(job, options->spec);
  job.add_option("--output", options->spec.output, "The file to write, instead of output.path (segments.h5)")
      ->type_name("FILE")
      ->check([](const std::string& path) { return path.empty() ? "an empty path" : std::string(); });
  job.add_option("--csv", options->csv, "A folder for the tables as CSV")->type_name("FOLDER");
  job.add_flag("--dry-run", options->dry_run, "Only print what would be run");
  job.add_flag("--resume", options->resume,
               "Runs that were done before the job was stopped are not done again, on any number of ranks");
  job.add_option(
         "--part", options->part,
         "Do a part of the runs, as 2/10, and keep them for a later --resume; nothing else is written")
      ->type_name("I/N");
  job.add_flag("--labels", options->labels, "Write every customer's segment in every run");
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::compare(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
