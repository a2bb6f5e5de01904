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
  const auto profile = std::make_shared<bool>(false);
  const auto personas = std::make_shared<bool>(false);
  auto* const flag =
      app.add_flag("--profile", *profile, "The profile of the segments instead of the assignments");
  app.add_flag("--personas", *personas, "The personas instead of the assignments")->excludes(flag);
  return [=](const comm::Communicator& world, runs::Reporter& reporter) {
    if (*profile) options->table = "/profile";
    if (*personas) options->table = "/personas";
    if (options->table.empty()) {
      runs::export_assignments(world, *options, reporter);
    } else {
      runs::export_table(world, *options, reporter);
    }
  };
}

}  // namespace psychograph::jobs
