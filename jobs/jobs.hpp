// The jobs of the program. A job declares its options on a subcommand, and is what then runs.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "comm/communicator.hpp"
#include "runs/reporter.hpp"

namespace psychograph::jobs {

/// Runs on every rank. Collective. Throws core::Error on all ranks alike.
using Job = std::function<void(const comm::Communicator& world, runs::Reporter& reporter)>;

Job assign_job(CLI::App& options);
Job behavior_job(CLI::App& options);
Job compare_job(CLI::App& options);
Job describe_job(CLI::App& options);
Job evaluate_job(CLI::App& options);
Job export_job(CLI::App& options);
Job generate_job(CLI::App& options);
Job import_job(CLI::App& options);
Job join_job(CLI::App& options);
Job measure_job(CLI::App& options);
Job plan_job(CLI::App& options);
Job playbook_job(CLI::App& options);
Job positioning_job(CLI::App& options);
Job profile_job(CLI::App& options);
Job report_job(CLI::App& options);
Job resegment_job(CLI::App& options);
Job segment_job(CLI::App& options);
Job typing_job(CLI::App& options);
Job verify_job(CLI::App& options);

}  // namespace psychograph::jobs
