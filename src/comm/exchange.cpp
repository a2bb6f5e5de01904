#include "comm/exchange.hpp"

#include <numeric>

namespace psychograph::comm {

std::vector<std::uint64_t> exchange(const Communicator& comm,
                                    const std::vector<std::vector<std::uint64_t>>& outgoing) {
  const auto size = static_cast<std::size_t>(comm.size());
  std::vector<int> send_counts(size);
  std::vector<int> receive_counts(size);
  std::vector<std::uint64_t> flat;
  for (std::size_t r = 0; r < size; ++r) {
    send_counts[r] = static_cast<int>(outgoing[r].size());
    flat.insert(flat.end(), outgoing[r].begin(), outgoing[r].end());
  }
  MPI_Alltoall(send_counts.data(), 1, MPI_INT, receive_counts.data(), 1, MPI_INT, comm);
  std::vector<int> send_offsets(size, 0);
  std::vector<int> receive_offsets(size, 0);
  std::partial_sum(send_counts.begin(), send_counts.end() - 1, send_offsets.begin() + 1);
  std::partial_sum(receive_counts.begin(), receive_counts.end() - 1, receive_offsets.begin() + 1);
  std::vector<std::uint64_t> received(
      static_cast<std::size_t>(receive_offsets.back() + receive_counts.back()));
  MPI_Alltoallv(flat.data(), send_counts.data(), send_offsets.data(), MPI_UINT64_T, received.data(),
                receive_counts.data(), receive_offsets.data(), MPI_UINT64_T, comm);
  return received;
}

}  // namespace psychograph::comm
