#include "cluster/fit.hpp"

#include <array>

#include "comm/all_reduce.hpp"

namespace psychograph::cluster {

void agree(const comm::Communicator& world, Votes& votes) {
  std::array<std::int64_t, 2> any{votes.stop ? 1 : 0, votes.note ? 1 : 0};
  comm::max_over_ranks(world, any);
  votes = {any[0] > 0, any[1] > 0};
}

}  // namespace psychograph::cluster
