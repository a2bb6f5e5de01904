// Ranges, exact reductions, and failing together.
#include <gtest/gtest.h>

#include "comm/all_reduce.hpp"
#include "comm/communicator.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"

namespace psychograph {
namespace {

TEST(LocalRange, DealsOutEveryRowOnce) {
  for (const std::int64_t n : {0, 1, 3, 7, 1000}) {
    for (const int size : {1, 2, 3, 7, 16}) {
      std::int64_t next = 0;
      for (int rank = 0; rank < size; ++rank) {
        const auto range = comm::local_range(n, rank, size);
        EXPECT_EQ(range.begin, next);
        EXPECT_LE(range.size(), n / size + 1);
        next = range.end;
      }
      EXPECT_EQ(next, n);
    }
  }
}

TEST(RunOnAllRanks, ThrowsTheLowestRanksErrorEverywhere) {
  const comm::Communicator world;
  const int first = world.size() > 1 ? 1 : 0;
  try {
    comm::run_on_all_ranks(world, [&] {
      if (world.rank() >= first) throw core::data_error("rank " + std::to_string(world.rank()));
    });
    ADD_FAILURE() << "no error";
  } catch (const core::Error& error) {
    EXPECT_EQ(error.what(), "rank " + std::to_string(first));
    EXPECT_EQ(error.code(), core::ExitCode::data);
  }
}

TEST(SumOverLowerRanks, IsZeroOnTheFirst) {
  const comm::Communicator world;
  EXPECT_EQ(comm::sum_over_lower_ranks(world, world.rank() + 1), world.rank() * (world.rank() + 1) / 2);
}

}  // namespace
}  // namespace psychograph
