// The program: routes to a job, and turns errors into one message and an exit code.
#include <cstdlib>
#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/mpi/environment.hpp>
#include <fmt/format.h>

#include "comm/communicator.hpp"
#include "comm/hdf5_access.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/instruction_set.hpp"
#include "core/row_memory.hpp"
#include "core/stop_request.hpp"
#include "io/fence.hpp"
#include "io/hdf5.hpp"
#include "io/output_file.hpp"
#include "jobs/jobs.hpp"
#include "runs/terminal.hpp"

namespace {

using namespace psychograph;

struct CommonOptions {
  bool quiet = false;
  bool verbose = false;
  std::string events;
};

void add_common_options(CLI::App& job, CommonOptions& common) {
  auto* quiet = job.add_flag("--quiet", common.quiet, "Only warnings and errors on standard error");
  job.add_flag("--verbose", common.verbose, "Say more on standard error: every iteration")->excludes(quiet);
  job.add_option("--events", common.events,
                 "Write one JSON object a line to FILE: stages, warnings, every iteration")
      ->type_name("FILE");
}

/// Adds the subcommand `name`, whose job is chosen where it is on the command line.
void add_job(CLI::App& program, const char* name, const char* what, CommonOptions& common,
             jobs::Job (*declare)(CLI::App&), jobs::Job& chosen) {
  auto* options = program.add_subcommand(name, what);
  auto job = declare(*options);
  add_common_options(*options, common);
  options->callback([&chosen, job] { chosen = job; });
}

/// What --help or --version ask for.
std::string told_when_asked(CLI::App& program, const CLI::ParseError& asked) {
  std::ostringstream text;
  program.exit(asked, text, text);
  return text.str();
}

int run(const comm::Communicator& world, int argc, char** argv) {
  CLI::App program(
      "Psychograph finds customer segments in large HDF5 tables.\n"
      "For more than one rank: mpirun -n RANKS psychograph JOB ..., or srun.");
  program.set_version_flag("--version", PSYCHOGRAPH_VERSION);
  program.require_subcommand(1);
  CommonOptions common;
  jobs::Job job;
  add_job(program, "import", "CSV files to a customer table in HDF5", common, jobs::import_job, job);
  add_job(program, "join", "Columns of one table looked up in another, by id", common, jobs::join_job, job);
  add_job(program, "generate", "A synthetic customer table with known segments", common, jobs::generate_job,
          job);
  add_job(program, "describe", "Statistics of every feature of a spec", common, jobs::describe_job, job);
  add_job(program, "segment", "Find segments: statistics, encoding, clustering, assignments", common,
          jobs::segment_job, job);
  add_job(program, "resegment", "Next quarter: segments keep their identity, and what has changed is told",
          common, jobs::resegment_job, job);
  add_job(program, "assign", "Segments for new customers, from a finished model", common, jobs::assign_job,
          job);
  add_job(program, "profile", "What the segments look like, by any columns", common, jobs::profile_job, job);
  add_job(program, "evaluate", "How well segments stand, and how far they agree with others", common,
          jobs::evaluate_job, job);
  add_job(program, "compare", "Algorithms side by side, and whether what they find is there", common,
          jobs::compare_job, job);
  add_job(program, "typing", "A few questions that tell which segment somebody is in", common,
          jobs::typing_job, job);
  add_job(program, "playbook", "What to do in each segment, with base and grade", common, jobs::playbook_job,
          job);
  add_job(program, "positioning", "Maps of segments, features and brands", common, jobs::positioning_job,
          job);
  add_job(program, "report", "A result as one page that people read", common, jobs::report_job, job);
  add_job(program, "export", "The assignments or the profile of a result as CSV", common, jobs::export_job,
          job);
  add_job(program, "verify", "Whether a result is what the program makes of that input", common,
          jobs::verify_job, job);
  add_job(program, "plan", "Memory, time and #SBATCH lines of a job of a given size", common, jobs::plan_job,
          job);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0)  // on all ranks alike
      throw core::usage_error(fmt::format("{} (--help tells more)", error.what()));
    comm::run_on_root(world, [&] { runs::print(told_when_asked(program, error)); });
    return static_cast<int>(core::ExitCode::done);
  }
  const auto verbosity = common.quiet     ? runs::Verbosity::quiet
                         : common.verbose ? runs::Verbosity::verbose
                                          : runs::Verbosity::normal;
  runs::Reporter reporter(world, verbosity, common.events, std::vector<std::string>(argv, argv + argc));
  core::choose_target();
  job(world, reporter);
  return static_cast<int>(core::ExitCode::done);
}

/// Ranks throw together, so one speaks for all.
template <class Error>
int end_together(const comm::Communicator& world, const Error& error) {
  if (world.rank() == 0) runs::tell(error);
  world.barrier();  // a launcher may end the others as soon as one has failed
  if (io::hdf5_is_abandoned()) std::_Exit(static_cast<int>(error.code()));
  return static_cast<int>(error.code());
}

/// A failure of one rank alone.
[[noreturn]] void abort_all(const comm::Communicator& world, const core::Error& error) {
  runs::tell(error);
  comm::abort_all(world, static_cast<int>(error.code()));
}

}  // namespace

int main(int argc, char** argv) {
  runs::prepare_standard_streams();
  core::note_stop_requests();
  comm::do_without_lock_files();
  const boost::mpi::environment environment(argc, argv, boost::mpi::threading::funneled,
                                            /*abort_on_exception=*/false);
  const comm::Communicator world;
  io::silence_hdf5();
  io::put_up_fences();
  try {
    return run(world, argc, argv);
  } catch (const runs::ListedError& error) {
    return end_together(world, error);
  } catch (const core::Error& error) {
    return end_together(world, error);
  } catch (const core::ScratchError& error) {
    abort_all(world, core::environment_error(fmt::format("{} (rank {})", error.what(), world.rank())));
  } catch (const std::bad_alloc&) {
    abort_all(world, core::environment_error(fmt::format("out of memory on rank {}", world.rank())));
  } catch (const std::exception& error) {
    abort_all(world, {core::ExitCode::internal,
                      fmt::format("internal error on rank {}: {}", world.rank(), error.what())});
  }
}
