#include "core/error.hpp"
#include "jobs/jobs.hpp"

namespace psychograph::jobs {

Job generate_job(CLI::App&) {
  return [](const comm::Communicator&, Reporter&) { throw core::usage_error("not there yet"); };
}

}  // namespace psychograph::jobs
