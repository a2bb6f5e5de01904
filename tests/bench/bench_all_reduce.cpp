// The one message of an iteration: the exact sums of all clusters, [k, p] and 2 k + 1 integers, over the
// ranks this runs on (mpirun -n R). A fixed number of iterations, as every rank must take part in each.
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/mpi/communicator.hpp>

#include "comm/all_reduce.hpp"

namespace psychograph::bench {
namespace {

void all_reduce_sums(benchmark::State& state) {
  const comm::Communicator world;
  const auto k = static_cast<std::size_t>(state.range(0));
  const auto p = static_cast<std::size_t>(state.range(1));
  std::vector<std::int64_t> sums(k * p + 2 * k + 1, 0);
  world.barrier();
  for (auto _ : state) comm::sum_over_ranks(world, sums);
  state.counters["ranks"] = world.size();
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(sums.size() * sizeof(sums[0])));
}
BENCHMARK(all_reduce_sums)
    ->ArgNames({"k", "p"})
    ->Args({16, 32})
    ->Args({256, 32})
    ->Args({1000, 32})
    ->Iterations(200)
    ->UseRealTime();

}  // namespace
}  // namespace psychograph::bench
