// psychograph behavior.
#include <memory>

#include "jobs/jobs.hpp"
#include "runs/behavior_job.hpp"

namespace psychograph::jobs {

Job behavior_job(CLI::App& job) {
  auto options = std::make_shared<runs::BehaviorOptions>();
  job.footer(
      "Examples:\n"
      "  psychograph behavior events.toml --output customers.h5\n"
      "  psychograph behavior events.toml --customers crm.h5 --output customers.h5 --csv tables\n"
      "\n"
      "events.toml, the least of it:\n"
      "  [[events]]\n"
      "  files = [\"baskets_*.csv\"]\n"
      "  id = \"customer_id\"\n"
      "  time = \"time\"\n"
      "  basket = \"basket_id\"\n"
      "  value = \"amount\"");
  job.add_option("spec", options->path, "Which files hold the events, and what their columns mean (TOML)")
      ->required()
      ->type_name("EVENTS.toml");
  job.add_option("--customers", options->customers,
                 "The customers' tables (globs): their rows and columns, with the features beside; default: "
                 "everybody who has events")
      ->type_name("FILE ...");
  job.add_option("--output", options->output, "The HDF5 file to write")->type_name("FILE");
  job.add_option("--csv", options->csv,
                 "A folder for cut points, sizes and, with [retention], retention and cohorts as CSV files")
      ->type_name("FOLDER");
  job.add_option("--scratch", options->scratch,
                 "A folder on a disk for what is put aside on the way; default: that of the output")
      ->type_name("FOLDER");
  job.add_option("--set", options->sets, "Override a key of EVENTS.toml, as --set behavior.window_days=365")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::behavior(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
