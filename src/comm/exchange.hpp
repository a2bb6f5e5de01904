// All ranks send to all.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "comm/communicator.hpp"

namespace psychograph::comm {

/// What all ranks sent to this one, in rank order.
template <class T>
struct Received {
  std::vector<T> values;
  std::vector<std::size_t> begins;  ///< [ranks + 1] where each rank's are

  [[nodiscard]] std::span<const T> from(std::size_t rank) const {
    return std::span(values).subspan(begins[rank], begins[rank + 1] - begins[rank]);
  }
};

/// Where what each rank sends to this one begins [ranks + 1], where this one sends `outgoing[r]` elements to
/// rank r. Collective.
std::vector<std::size_t> exchange_counts(const Communicator& comm, const std::vector<std::size_t>& outgoing);
/// Sends all of `outgoing[r]` to rank r, in elements of `size` bytes, to `received`, laid out as
/// `exchange_counts` tells. Collective.
void exchange_bytes(const Communicator& comm, const std::vector<std::span<const std::byte>>& outgoing,
                    std::size_t size, std::byte* received, const std::vector<std::size_t>& begins);

/// Sends `outgoing[r]` to rank r. Collective. Precondition: no rank sends or receives 2^31 elements or more.
template <class T>
Received<T> exchange(const Communicator& comm, const std::vector<std::span<const T>>& outgoing) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::vector<std::size_t> counts;
  std::vector<std::span<const std::byte>> bytes;
  for (const auto part : outgoing) {
    counts.push_back(part.size());
    bytes.push_back(std::as_bytes(part));
  }
  Received<T> received{{}, exchange_counts(comm, counts)};
  received.values.resize(received.begins.back());
  exchange_bytes(comm, bytes, sizeof(T), reinterpret_cast<std::byte*>(received.values.data()),
                 received.begins);
  return received;
}

/// Every rank's `value`, in rank order. Collective.
template <class T>
std::vector<T> gather(const Communicator& comm, const T& value) {
  const std::vector<std::span<const T>> to_all(static_cast<std::size_t>(comm.size()), std::span(&value, 1));
  return exchange(comm, to_all).values;
}

}  // namespace psychograph::comm
