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
#include "jobs/program.hpp"
#include "runs/terminal.hpp"

namespace {

using namespace psychograph;

/// What --help or --version ask for.
std::string told_when_asked(CLI::App& program, const CLI::ParseError& asked) {
  std::ostringstream text;
  program.exit(asked, text, text);
  return text.str();
}

int run(const comm::Communicator& world, int argc, char** argv) {
  CLI::App program;
  jobs::CommonOptions common;
  jobs::Job job;
  jobs::declare(program, common, job);
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
