#include "comm/communicator.hpp"

#include <algorithm>
#include <cstdlib>

namespace psychograph::comm {

core::RowRange local_range(std::int64_t n, int rank, int size) {
  const std::int64_t quotient = n / size;
  const std::int64_t remainder = n % size;
  const std::int64_t begin = rank * quotient + std::min<std::int64_t>(rank, remainder);
  return {begin, begin + quotient + (rank < remainder ? 1 : 0)};
}

Communicator subgroup(const Communicator& world, bool member) {
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split(world, member ? 0 : MPI_UNDEFINED, world.rank(), &part);
  if (part == MPI_COMM_NULL) return Communicator(MPI_COMM_NULL, boost::mpi::comm_attach);
  return Communicator(part, boost::mpi::comm_take_ownership);
}

Communicator same_machine(const Communicator& world) {
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, world.rank(), MPI_INFO_NULL, &part);
  return Communicator(part, boost::mpi::comm_take_ownership);
}

void abort_all(const Communicator& world, int code) {
  MPI_Abort(world, code);
  std::abort();
}

}  // namespace psychograph::comm
