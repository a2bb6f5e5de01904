// Ranks fail together: work that can fail on one rank runs in here.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "comm/communicator.hpp"

namespace psychograph::comm {

/// Returns where no rank brings a failure; else every rank throws the `core::Error` of the lowest rank
/// that brings one (its message, its exit code). Where none does and a rank was asked to stop
/// (core/stop_request.hpp), every rank throws an error of code `stopped`. Collective.
void agree(const Communicator& comm, const std::exception_ptr& local_failure);

/// Throws an error of code `stopped` on every rank where one was asked to stop. Collective.
inline void heed_stop_requests(const Communicator& comm) { agree(comm, nullptr); }

/// The same for the last time: from here on the ranks go on to the end whatever comes. Collective.
void heed_last_stop_requests(const Communicator& comm);

/// Runs `work` (local: no collective in it may be skipped by a throw) and returns what it returns, or
/// throws the same error on every rank. Collective.
template <class Work>
auto run_on_all_ranks(const Communicator& comm, Work&& work) {
  using Result = std::invoke_result_t<Work>;
  std::exception_ptr failure;
  if constexpr (std::is_void_v<Result>) {
    try {
      std::forward<Work>(work)();
    } catch (...) {
      failure = std::current_exception();
    }
    agree(comm, failure);
  } else {
    std::optional<Result> result;
    try {
      result.emplace(std::forward<Work>(work)());
    } catch (...) {
      failure = std::current_exception();
    }
    agree(comm, failure);
    return std::move(*result);
  }
}

/// Runs `work` on rank 0 and gives its result (a serialisable value) to all; a failure is everybody's.
/// Collective. Include <boost/mpi/collectives.hpp> and the value's serialisation where it is used.
template <class Work>
auto run_on_root(const Communicator& comm, Work&& work) {
  using Result = std::invoke_result_t<Work>;
  if constexpr (std::is_void_v<Result>) {
    run_on_all_ranks(comm, [&] {
      if (comm.rank() == 0) work();
    });
  } else {
    auto result = run_on_all_ranks(comm, [&] { return comm.rank() == 0 ? work() : Result{}; });
    broadcast(comm, result, 0);
    return result;
  }
}

}  // namespace psychograph::comm
