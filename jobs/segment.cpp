// The main job: a customer table in, segments out.
#include <memory>

#include <fmt/format.h>

#include "jobs/jobs.hpp"
#include "jobs/segmentation.hpp"
#include "jobs/spec_options.hpp"
#include "segments/summary.hpp"

namespace psychograph::jobs {
namespace {

void segment(const comm::Communicator& world, const SpecOptions& options, Reporter& reporter) {
  const auto spec = load_spec(world, options, spec::Purpose::segment);
  open_files(options, spec, {}, reporter);
  const auto result = segment_and_write(world, options, spec, {}, plan_afresh(world, spec), reporter);
  reporter.summary(segments::summarise(result));
  reporter.stage(fmt::format("done: {}", spec.output_path));
}

}  // namespace

Job segment_job(CLI::App& job) {
  auto options = std::make_shared<SpecOptions>();
  add_spec_options(job, *options);
  add_segmentation_options(job, *options);
  return
      [options](const comm::Communicator& world, Reporter& reporter) { segment(world, *options, reporter); };
}

}  // namespace psychograph::jobs
