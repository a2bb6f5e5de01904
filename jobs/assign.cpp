// psychograph assign.
#include <memory>

#include "jobs/jobs.hpp"
#include "runs/assignment.hpp"

namespace psychograph::jobs {

Job assign_job(CLI::App& app) {
  auto options = std::make_shared<runs::AssignOptions>();
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
  app.add_flag("!--no-profile", options->profile,
               "Leave out /profile, and the reads of the table that it takes");
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::assign(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
