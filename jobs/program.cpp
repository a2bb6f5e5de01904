#include "jobs/program.hpp"

namespace psychograph::jobs {
namespace {

void add_common_options(CLI::App& job, CommonOptions& common) {
  auto* quiet = job.add_flag("--quiet", common.quiet, "Only warnings and errors on standard error");
  job.add_flag("--verbose", common.verbose, "Say more on standard error: every iteration")->excludes(quiet);
  job.add_option("--events", common.events,
                 "Write one JSON object a line to FILE: stages, warnings, every iteration")
      ->type_name("FILE");
}

/// Adds the subcommand `name`, whose job is chosen where it is on the command line.
void add_job(CLI::App& program, const char* name, const char* what, CommonOptions& common,
             Job (*declare)(CLI::App&), Job& chosen) {
  auto* options = program.add_subcommand(name, what);
  auto job = declare(*options);
  add_common_options(*options, common);
  options->callback([&chosen, job] { chosen = job; });
}

}  // namespace

void declare(CLI::App& program, CommonOptions& common, Job& chosen) {
  program.description(
      "Psychograph finds customer segments in large HDF5 tables.\n"
      "For more than one rank: mpirun -n RANKS psychograph JOB ..., or srun.");
  program.set_version_flag("--version", PSYCHOGRAPH_VERSION);
  program.require_subcommand(1);
  add_job(program, "import", "CSV files, or a survey, to a customer table in HDF5", common, import_job,
          chosen);
  add_job(program, "join", "Columns of one table looked up in another, by id", common, join_job, chosen);
  add_job(program, "generate", "A synthetic customer table with known segments", common, generate_job,
          chosen);
  add_job(program, "behavior", "Baskets, visits and other events to features of each customer", common,
          behavior_job, chosen);
  add_job(program, "describe", "Statistics of every feature of a spec", common, describe_job, chosen);
  add_job(program, "segment", "Find segments: statistics, encoding, clustering, assignments", common,
          segment_job, chosen);
  add_job(program, "resegment", "Next quarter: segments keep their identity, and what has changed is told",
          common, resegment_job, chosen);
  add_job(program, "assign", "Segments for new customers, from a finished model", common, assign_job, chosen);
  add_job(program, "profile", "What the segments look like, by any columns", common, profile_job, chosen);
  add_job(program, "evaluate", "How well segments stand, and how far they agree with others", common,
          evaluate_job, chosen);
  add_job(program, "compare", "Algorithms side by side, and whether what they find is there", common,
          compare_job, chosen);
  add_job(program, "typing", "A few questions that tell which segment somebody is in", common, typing_job,
          chosen);
  add_job(program, "playbook", "What to do in each segment, with base and grade", common, playbook_job,
          chosen);
  add_job(program, "measure", "What a campaign changed, in each segment", common, measure_job, chosen);
  add_job(program, "positioning", "Maps of segments, features and brands", common, positioning_job, chosen);
  add_job(program, "report", "A result as one page that people read", common, report_job, chosen);
  add_job(program, "export", "The assignments or the profile of a result as CSV", common, export_job, chosen);
  add_job(program, "verify", "Whether a result is what the program makes of that input", common, verify_job,
          chosen);
  add_job(program, "plan", "Memory, time and #SBATCH lines of a job of a given size", common, plan_job,
          chosen);
}

}  // namespace psychograph::jobs
