// Next quarter: last quarter's result and this quarter's table in; segments that keep who they are, and what
// has changed, out.
#include <memory>

#include <fmt/format.h>

#include "jobs/jobs.hpp"
#include "jobs/resegmentation.hpp"
#include "jobs/segmentation.hpp"
#include "jobs/spec_options.hpp"
#include "segments/change_summary.hpp"
#include "segments/summary.hpp"

namespace psychograph::jobs {
namespace {

struct Options {
  SpecOptions spec;
  std::string previous;
};

void resegment(const comm::Communicator& world, const Options& options, Reporter& reporter) {
  const auto spec = load_spec(world, options.spec, spec::Purpose::segment);
  open_files(options.spec, spec, options.previous, reporter);
  Resegmentation resegmentation(world, options.previous, spec, reporter);
  const auto result =
      segment_and_write(world, options.spec, spec, resegmentation.lineage(), resegmentation.plan(), reporter);
  reporter.summary(segments::summarise(result) +
                   segments::summarise(resegmentation.comparison(), options.previous));
  reporter.stage(fmt::format("done: {}", spec.output_path));
}

}  // namespace

Job resegment_job(CLI::App& job) {
  auto options = std::make_shared<Options>();
  add_spec_options(job, options->spec);
  job.add_option("--previous", options->previous, "Last quarter's result, of segment or resegment")
      ->required()
      ->type_name("FILE");
  add_segmentation_options(job, options->spec);
  return [options](const comm::Communicator& world, Reporter& reporter) {
    resegment(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
