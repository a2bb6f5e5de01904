// What every rank is to hold whole: some values of each.
#pragma once

#include <vector>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/communicator.hpp"

namespace psychograph::comm {

/// All ranks' elements on every rank, in the order of the ranks. Collective.
template <class T>
std::vector<T> gathered(const Communicator& comm, const std::vector<T>& mine) {
  std::vector<std::vector<T>> by_rank;
  boost::mpi::all_gather(comm, mine, by_rank);
  std::vector<T> all;
  for (const auto& part : by_rank) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace psychograph::comm
