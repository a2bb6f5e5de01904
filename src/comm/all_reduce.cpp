#include "comm/all_reduce.hpp"

#include <algorithm>
#include <vector>

namespace psychograph::comm {
namespace {

template <class T>
void reduce_in_place(const Communicator& comm, std::span<T> values, MPI_Datatype type, MPI_Op operation) {
  constexpr std::size_t most_at_once = std::size_t{1} << 28;  // MPI counts are int
  for (std::size_t begin = 0; begin < values.size(); begin += most_at_once) {
    const auto part = values.subspan(begin, std::min(most_at_once, values.size() - begin));
    MPI_Allreduce(MPI_IN_PLACE, part.data(), static_cast<int>(part.size()), type, operation, comm);
  }
}

}  // namespace

void sum_over_ranks(const Communicator& comm, std::span<std::int64_t> values) {
  reduce_in_place(comm, values, MPI_INT64_T, MPI_SUM);
}
void max_over_ranks(const Communicator& comm, std::span<double> values) {
  reduce_in_place(comm, values, MPI_DOUBLE, MPI_MAX);
}
void min_over_ranks(const Communicator& comm, std::span<double> values) {
  reduce_in_place(comm, values, MPI_DOUBLE, MPI_MIN);
}
void max_over_ranks(const Communicator& comm, std::span<std::int64_t> values) {
  reduce_in_place(comm, values, MPI_INT64_T, MPI_MAX);
}
void min_over_ranks(const Communicator& comm, std::span<std::int64_t> values) {
  reduce_in_place(comm, values, MPI_INT64_T, MPI_MIN);
}

std::int64_t sum_over_ranks(const Communicator& comm, std::int64_t value) {
  sum_over_ranks(comm, std::span(&value, 1));
  return value;
}
std::int64_t max_over_ranks(const Communicator& comm, std::int64_t value) {
  max_over_ranks(comm, std::span(&value, 1));
  return value;
}
std::int64_t min_over_ranks(const Communicator& comm, std::int64_t value) {
  min_over_ranks(comm, std::span(&value, 1));
  return value;
}
double max_over_ranks(const Communicator& comm, double value) {
  max_over_ranks(comm, std::span(&value, 1));
  return value;
}

void sum_over_ranks(const Communicator& comm, core::WideSums& sums) {
  std::vector<std::int64_t> present;
  for (std::size_t d = 0; d < core::WideSums::digits; ++d) present.push_back(sums.digit(d).empty() ? 0 : 1);
  max_over_ranks(comm, present);
  for (std::size_t d = 0; d < present.size(); ++d) {
    if (present[d] == 0) continue;
    sums.digit(d).resize(sums.count(), 0);
    sum_over_ranks(comm, sums.digit(d));
  }
}

std::int64_t sum_over_lower_ranks(const Communicator& comm, std::int64_t value) {
  std::int64_t before = 0;
  MPI_Exscan(&value, &before, 1, MPI_INT64_T, MPI_SUM, comm);
  return comm.rank() == 0 ? 0 : before;  // MPI leaves rank 0 undefined
}

}  // namespace psychograph::comm
