// One binary for all cases, on any number of ranks: rank 0 reports. A case that meets other ranks has a fixed
// number of iterations, so that all run as many.
#include <algorithm>
#include <string_view>

#include <benchmark/benchmark.h>
#include <boost/mpi/environment.hpp>

#include "comm/communicator.hpp"
#include "core/instruction_set.hpp"
#include "io/hdf5.hpp"

namespace {

/// Only rank 0 writes the file that --benchmark_out names.
void drop_output_options(int& argc, char** argv) {
  argc = static_cast<int>(std::remove_if(argv + 1, argv + argc,
                                         [](const char* argument) {
                                           return std::string_view(argument).starts_with("--benchmark_out");
                                         }) -
                          argv);
}

class Silent : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

}  // namespace

int main(int argc, char** argv) {
  const boost::mpi::environment environment(argc, argv, boost::mpi::threading::funneled, false);
  const bool reports = psychograph::comm::Communicator().rank() == 0;
  if (!reports) drop_output_options(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  psychograph::io::silence_hdf5();
  const auto best = psychograph::core::targets().front();
  psychograph::core::choose_target();  // PSYCHOGRAPH_TARGET counts here too; asking for names undoes it
  if (reports) {
    benchmark::AddCustomContext("best_target", best);
    benchmark::RunSpecifiedBenchmarks();
  } else {
    Silent silent;
    benchmark::RunSpecifiedBenchmarks(&silent);
  }
  return 0;
}
