// The program's whole command line.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "jobs/jobs.hpp"

namespace psychograph::jobs {

/// The options that every job has.
struct CommonOptions {
  bool quiet = false;
  bool verbose = false;
  std::string events;
};

/// Declares all jobs with their options. What the command line then says is in `common`, and the job that it
/// names in `chosen`. All three must live as long as `program` is used.
void declare(CLI::App& program, CommonOptions& common, Job& chosen);

}  // namespace psychograph::jobs
