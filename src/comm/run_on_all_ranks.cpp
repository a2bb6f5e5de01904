#include "comm/run_on_all_ranks.hpp"

#include <string>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <new>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "core/row_memory.hpp"
#include "core/stop_request.hpp"

namespace psychograph::comm {
namespace {

core::Error describe(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const core::Error& error) {
    return error;
  } catch (const core::ScratchError& error) {
    return core::environment_error(error.what());
  } catch (const std::bad_alloc&) {
    return core::environment_error(
        "out of memory: run on more nodes or fewer ranks a node, or cluster on fewer features");
  } catch (const std::exception& error) {
    return {core::ExitCode::internal, std::string("internal error: ") + error.what()};
  }
}

}  // namespace

void agree(const Communicator& comm, const std::exception_ptr& local_failure) {
  // Failing ranks by number; behind them those that were asked to stop, so that a failure is told first.
  const std::int64_t size = comm.size();
  const std::int64_t none = 2 * size;
  const auto mine = local_failure ? comm.rank() : core::stop_requested() ? size + comm.rank() : none;
  const auto first = min_over_ranks(comm, mine);
  if (first == none) return;
  if (first >= size) throw core::stopped_error("stopped on request");
  int code = 0;
  std::string message;
  if (comm.rank() == first) {
    const auto error = describe(local_failure);
    code = static_cast<int>(error.code());
    message = error.what();
  }
  boost::mpi::broadcast(comm, code, static_cast<int>(first));
  boost::mpi::broadcast(comm, message, static_cast<int>(first));
  throw core::Error(static_cast<core::ExitCode>(code), message);
}

void heed_last_stop_requests(const Communicator& comm) {
  heed_stop_requests(comm);
  core::ignore_stop_requests();
}

}  // namespace psychograph::comm
