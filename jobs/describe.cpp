// psychograph describe.
#include <memory>

#include "jobs/jobs.hpp"
#include "jobs/options.hpp"
#include "runs/description.hpp"

namespace psychograph::jobs {

Job describe_job(CLI::App& job) {
  auto options = std::make_shared<runs::SpecOptions>();
  add_spec_options(job, *options);
  return [options](const comm::Communicator& world, runs::Reporter& reporter) {
    runs::describe(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
