#include "comm/run_on_all_ranks.hpp"

#include <string>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <new>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"

namespace psychograph::comm {
namespace {

core::Error describe(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const core::Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return core::environment_error(
        "out of memory: run on more nodes or fewer ranks a node, or cluster on fewer features");
  } catch (const std::exception& error) {
    return {core::ExitCode::internal, std::string("internal error: ") + error.what()};
  }
}

}  // namespace

void agree(const Communicator& comm, const std::exception_ptr& local_failure) {
  const auto first = min_over_ranks(comm, std::int64_t{local_failure ? comm.rank() : comm.size()});
  if (first == comm.size()) return;
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

}  // namespace psychograph::comm
