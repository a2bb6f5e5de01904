// psychograph resegment.
#include <memory>

#include "jobs/jobs.hpp"
#include "jobs/options.hpp"
#include "runs/resegmentation.hpp"

namespace psychograph::jobs {

Job resegment_job(CLI::App& job) {
  auto options = std::make_shared<runs::ResegmentOptions>();
  add_spec_options(job, options->spec);
  job.add_option("--previous", options->previous, "Last quarter's result, of segment or resegment")
      ->required()
      ->type_name("FILE");
  add_segmentation_options(job, options->spec);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::resegment(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
