// psychograph positioning.
#include <memory>

#include "jobs/jobs.hpp"
#include "runs/positioning_job.hpp"

namespace psychograph::jobs {

Job positioning_job(CLI::App& job) {
  auto options = std::make_shared<runs::PositioningOptions>();
  job.footer(
      "Examples:\n"
      "  psychograph positioning segments.h5 --output maps.h5\n"
      "  psychograph positioning segments.h5 --rows favourite_brand --across reason --output maps.h5 --csv "
      "points.csv");
  job.add_option("result", options->result, "A result of segment, assign or resegment")
      ->required()
      ->type_name("FILE");
  job.add_option("--input", options->inputs, "Customer tables (globs), instead of those of the result")
      ->type_name("FILE ...");
  job.add_option(
         "--rows", options->rows,
         "A column of answers that are mapped by those of --across, instead of the spec's [positioning]")
      ->type_name("NAME");
  job.add_option("--across", options->across, "The other column")->type_name("NAME");
  job.add_option("--output", options->output, "The HDF5 file to write")->required()->type_name("FILE");
  job.add_option("--csv", options->csv, "The points as CSV; - for standard output")->type_name("FILE");
  job.add_option("--set", options->sets, "Override a key of the spec, as --set privacy.min_cell=10")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::positioning(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
