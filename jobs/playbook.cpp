// psychograph playbook.
#include <memory>

#include "jobs/jobs.hpp"
#include "runs/playbook_job.hpp"

namespace psychograph::jobs {

Job playbook_job(CLI::App& job) {
  auto options = std::make_shared<runs::PlaybookOptions>();
  job.footer(
      "Examples:\n"
      "  psychograph playbook segments.h5 --output playbook.h5\n"
      "  psychograph playbook segments.h5 --spec channels.toml --output playbook.h5 --csv playbook.csv\n"
      "  psychograph playbook segments.h5 --spec channels.toml --campaign lifts.h5 --output playbook.h5");
  job.add_option("result", options->result, "A result of segment, assign or resegment")
      ->required()
      ->type_name("FILE");
  job.add_option(
         "--spec", options->spec,
         "A spec whose [[playbook]], [engagement], [needs] and [targeting] count, instead of the result's")
      ->type_name("FILE");
  job.add_option("--input", options->inputs, "Customer tables (globs), instead of those of the result")
      ->type_name("FILE ...");
  job.add_option(
         "--campaign", options->campaign,
         "What measure has written of these segments: options that were arms of it are graded by what it "
         "has shown")
      ->type_name("FILE");
  job.add_option("--output", options->output, "The HDF5 file to write")->required()->type_name("FILE");
  job.add_option("--csv", options->csv, "The options by segment as CSV; - for standard output")
      ->type_name("FILE");
  job.add_option("--set", options->sets, "Override a key of the spec, as --set privacy.min_cell=10")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::playbook(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
