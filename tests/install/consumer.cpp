// Needs a header and a compiled function of the library, under MPI: the rows of all ranks add up.
#include <cstdio>

#include <boost/mpi/environment.hpp>

#include "comm/all_reduce.hpp"
#include "comm/communicator.hpp"

int main(int argc, char** argv) {
  const boost::mpi::environment environment(argc, argv);
  const psychograph::comm::Communicator world;
  const auto mine = psychograph::comm::local_range(1001, world.rank(), world.size());
  const auto all = psychograph::comm::sum_over_ranks(world, mine.size());
  if (world.rank() == 0) std::printf("%lld rows on %d ranks\n", static_cast<long long>(all), world.size());
  return all == 1001 ? 0 : 1;
}
