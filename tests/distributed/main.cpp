// One binary on any number of ranks: rank 0 reports, the others only when they fail, and all agree on the
// exit code. Tests use EXPECT_*: an ASSERT_* that one rank leaves by would hang the others.
#include <memory>

#include <boost/mpi/environment.hpp>
#include <gtest/gtest.h>

#include "comm/all_reduce.hpp"
#include "comm/communicator.hpp"
#include "io/hdf5.hpp"

namespace {

/// Prints the failures of one rank, and which rank it is.
class OtherRank : public testing::EmptyTestEventListener {
 public:
  explicit OtherRank(int rank) : rank_(rank) {}
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "rank %d: %s:%d: %s\n", rank_, result.file_name(), result.line_number(),
                 result.summary());
  }

 private:
  int rank_;
};

}  // namespace

int main(int argc, char** argv) {
  const boost::mpi::environment environment(argc, argv, boost::mpi::threading::funneled, false);
  testing::InitGoogleTest(&argc, argv);
  psychograph::io::silence_hdf5();
  const psychograph::comm::Communicator world;
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  if (world.rank() != 0) {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(std::make_unique<OtherRank>(world.rank()).release());
  }
  const int failed = RUN_ALL_TESTS();
  return static_cast<int>(psychograph::comm::max_over_ranks(world, std::int64_t{failed}));
}
