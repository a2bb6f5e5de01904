// psychograph export.
#include <memory>

#include "jobs/jobs.hpp"
#include "runs/csv_export.hpp"

namespace psychograph::jobs {

Job export_job(CLI::App& app) {
  auto options = std::make_shared<runs::ExportOptions>();
  app.add_option("result", options->result, "The result file of segment, assign or resegment")
      ->required()
      ->type_name("FILE");
  app.add_option("--output", options->output, "The CSV file to write; - for standard output")
      ->required()
      ->type_name("FILE");
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::export_assignments(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
