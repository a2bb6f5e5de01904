#include "comm/exchange.hpp"

#include <numeric>

namespace psychograph::comm {

std::vector<std::size_t> exchange_counts(const Communicator& comm, const std::vector<std::size_t>& outgoing) {
  static_assert(sizeof(std::size_t) == sizeof(std::uint64_t));
  std::vector<std::size_t> incoming(outgoing.size());
  MPI_Alltoall(outgoing.data(), 1, MPI_UINT64_T, incoming.data(), 1, MPI_UINT64_T, comm);
  std::vector<std::size_t> begins(incoming.size() + 1, 0);
  std::partial_sum(incoming.begin(), incoming.end(), begins.begin() + 1);
  return begins;
}

void exchange_bytes(const Communicator& comm, const std::vector<std::span<const std::byte>>& outgoing,
                    std::size_t size, std::byte* received, const std::vector<std::size_t>& begins) {
  std::size_t bytes = 0;
  for (const auto part : outgoing) bytes += part.size();
  std::vector<std::byte> flat;
  flat.reserve(bytes);
  std::vector<int> send_counts;
  std::vector<int> send_offsets;
  std::vector<int> receive_counts;
  std::vector<int> receive_offsets;
  for (std::size_t r = 0; r < outgoing.size(); ++r) {
    send_offsets.push_back(static_cast<int>(flat.size() / size));
    send_counts.push_back(static_cast<int>(outgoing[r].size() / size));
    receive_offsets.push_back(static_cast<int>(begins[r]));
    receive_counts.push_back(static_cast<int>(begins[r + 1] - begins[r]));
    flat.insert(flat.end(), outgoing[r].begin(), outgoing[r].end());
  }
  MPI_Datatype element = MPI_DATATYPE_NULL;
  MPI_Type_contiguous(static_cast<int>(size), MPI_BYTE, &element);
  MPI_Type_commit(&element);
  MPI_Alltoallv(flat.data(), send_counts.data(), send_offsets.data(), element, received,
                receive_counts.data(), receive_offsets.data(), element, comm);
  MPI_Type_free(&element);
}

}  // namespace psychograph::comm
