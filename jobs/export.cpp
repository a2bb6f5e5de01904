// psychograph export.
#include <array>
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
  using What = runs::ExportOptions::What;
  struct Choice {
    const char* flag;
    What what;
    const char* help;
  };
  static constexpr std::array choices{
      Choice{"--profile", What::profile, "The profile of the segments instead of the assignments"},
      Choice{"--personas", What::personas, "The personas instead of the assignments"},
      Choice{"--questions", What::questions, "Of a typing tool: how well each number of questions does"},
      Choice{"--points", What::points, "Of a typing tool: the points of every answer"},
      Choice{"--sql", What::sql, "Of a typing tool: as a SELECT"},
      Choice{"--spreadsheet", What::spreadsheet, "Of a typing tool: as CSV with formulas"},
      Choice{"--json", What::json, "Of a typing tool: as JSON"}};
  auto* const group = app.add_option_group("what", "At most one of");
  for (const auto& choice : choices)
    group->add_flag_callback(
        choice.flag, [options, &choice] { options->what = choice.what; }, choice.help);
  group->require_option(0, 1);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::export_result(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
