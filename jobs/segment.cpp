// psychograph segment.
#include <memory>

#include "jobs/jobs.hpp"
#include "jobs/options.hpp"
#include "runs/segmentation.hpp"

namespace psychograph::jobs {

Job segment_job(CLI::App& job) {
  auto options = std::make_shared<runs::SpecOptions>();
  add_spec_options(job, *options);
  add_segmentation_options(job, *options);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::segment(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
