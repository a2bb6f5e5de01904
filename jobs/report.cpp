// psychograph report.
#include "runs/report.hpp"

#include <memory>

#include "jobs/jobs.hpp"

namespace psychograph::jobs {

Job report_job(CLI::App& job) {
  auto options = std::make_shared<runs::ReportOptions>();
  job.footer(
      "Examples:\n"
      "  psychograph report segments.h5 --output report.html\n"
      "  psychograph report comparison.h5 --output report.html\n"
      "  psychograph report segments.h5 lifts.h5 --output report.html\n"
      "  psychograph report segments.h5 typing.h5 playbook.h5 maps.h5 --output report.html --brief "
      "brief.txt");
  job.add_option("result", options->result,
                 "A result of segment, resegment or assign, a comparison, or a campaign")
      ->required()
      ->type_name("FILE");
  job.add_option("more", options->more,
                 "What typing, playbook, positioning and measure have written of it: a page each")
      ->type_name("FILE ...");
  job.add_option("--output", options->output, "The page to write")->type_name("FILE")->capture_default_str();
  job.add_option("--json", options->json, "Write what the page says as JSON, too; - for standard output")
      ->type_name("FILE");
  job.add_option("--brief", options->brief,
                 "Write the brief of each segment as text, too (with a playbook); - for standard output")
      ->type_name("FILE");
  job.add_option("--templates", options->templates,
                 "Templates of your own (logo, colours, pages), which stand in for those of the same name")
      ->type_name("FOLDER");
  job.add_option("--wording", options->wording, "Wording of your own: JSON, whole or in part")
      ->type_name("FILE");
  job.add_option("--language", options->language, "The language of the wording")
      ->type_name("NAME")
      ->capture_default_str();
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::report(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
