// The cost model: what follows from its formulas, and figures that were reckoned by hand.
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "planning/batch.hpp"
#include "planning/constants.hpp"
#include "planning/model.hpp"

namespace psychograph::planning {
namespace {

/// Round figures of a node of 64 cores.
Constants round_figures() {
  Constants constants;
  constants.cores = 64;
  constants.kernel_core = 2e11;
  constants.kernel_node = 64e11;  // 1e11 for each of 64
  constants.bandwidth_core = 2e10;
  constants.bandwidth_node = 2.56e11;  // 4e9 for each of 64
  constants.encode = 1e8;
  constants.seed = 1e11;  // half of the kernel's rate
  constants.reduce = 1e10;
  constants.skip = 1e-9;
  constants.sample = 1e-9;
  constants.move = 1e-9;
  constants.square = 1e-9;
  constants.centroid = 1e-8;
  constants.latency = 1e-5;
  constants.message = 1e9;
  constants.read = 1e10;
  constants.write = 1e9;
  constants.scratch = 1e9;
  constants.process = 30e6;
  constants.k = 64;
  constants.p = 32;
  return constants;
}

/// 64 ranks have 1,000,000 customers each.
Problem sixty_four_million() {
  Problem problem;
  problem.customers = 64'000'000;
  problem.columns = 32;
  problem.cells_read = 32;
  problem.bytes_read = 136;
  problem.cluster.k = 64;
  problem.cluster.restarts = 1;
  return problem;
}

const Placement one_node = {1, 64};
const Assumptions dense = {1, 1, 1};

TEST(CostModel, KnownFigures) {
  // 1e6 rows: 4 * 32 bytes at 4 GB/s are 32 ns, 2 * 64 * 32 operations at 100 G/s 40.96 ns.
  auto each = iteration(sixty_four_million(), {100, 0.5, 0.01}, one_node, round_figures());
  EXPECT_NEAR(each.rows, 0.5 * 1e6 * 40.96e-9, 1e-9);
  EXPECT_NEAR(each.skipped, 0.5 * 1e6 * 1e-9, 1e-12);
  EXPECT_NEAR(each.moved, 0.01 * 1e6 * 32 * 1e-9, 1e-12);
  EXPECT_NEAR(each.message, 6 * (1e-5 + 8 * (64 * 32 + 128 + 4) / 1e9), 1e-12);
  EXPECT_NEAR(each.centroids, 64 * 32 * 1e-8, 1e-12);
  EXPECT_DOUBLE_EQ(each.total(), each.rows + each.skipped + each.moved + each.message + each.centroids);
  const auto all = stages(sixty_four_million(), {100, 0.5, 0.01}, one_node, round_figures());
  EXPECT_NEAR(all.read, 64e6 * 136 / 1e10, 1e-9);
  EXPECT_NEAR(all.encode, 1e6 * 32 / 1e8, 1e-9);
  EXPECT_NEAR(all.profile, all.encode, 1e-9);
  EXPECT_NEAR(all.write, 64e6 * 24 / 1e9, 1e-9);
  const auto first = iteration(sixty_four_million(), dense, one_node, round_figures());
  EXPECT_NEAR(all.iterate, first.total() + 99 * each.total() + 1e6 * 40.96e-9 + 1e6 * 32 * 1e-9, 1e-9);
  EXPECT_NEAR(all.finish, 3 * 1e6 * 40.96e-9 + 2 * 1e6 * 32e-9 + 3 * 1e6 * 1e-9, 1e-9);
}

TEST(CostModel, ComparesAllWholeNumbersFirstWhereThatIsSooner) {
  auto constants = round_figures();
  constants.screen = 1.25;  // 32.768 ns a row, a little more than memory takes
  const auto rows = [&](double compared) {
    return iteration(sixty_four_million(), {100, compared, 0.01}, one_node, constants);
  };
  EXPECT_NEAR(rows(1).rows, 1e6 * 32.768e-9, 1e-9);
  EXPECT_NEAR(rows(0.9).rows, 1e6 * 32.768e-9, 1e-9);
  EXPECT_EQ(rows(0.9).skipped, 0);
  EXPECT_NEAR(rows(0.7).rows, 0.7 * 1e6 * 40.96e-9, 1e-9);
  EXPECT_NEAR(rows(0.7).skipped, 0.3 * 1e6 * 1e-9, 1e-12);
  auto few = sixty_four_million();
  few.cluster.k = 16;
  constants.bandwidth_node = 1e15;
  constants.bandwidth_core = 1e15;
  EXPECT_NEAR(iteration(few, dense, one_node, constants).rows, 1e6 * 10.24e-9, 1e-9);
}

TEST(CostModel, FewClustersAreLimitedByMemoryAndManyByArithmetic) {
  auto problem = sixty_four_million();
  problem.cluster.k = 16;
  EXPECT_NEAR(iteration(problem, dense, one_node, round_figures()).rows, 1e6 * 32e-9, 1e-9);
  problem.cluster.k = 17;  // a second group of 16 is all but empty, and takes its time
  EXPECT_NEAR(iteration(problem, dense, one_node, round_figures()).rows, 1e6 * 32e-9, 1e-9);
  problem.cluster.k = 49;
  const auto padded = iteration(problem, dense, one_node, round_figures()).rows;
  problem.cluster.k = 64;
  EXPECT_DOUBLE_EQ(iteration(problem, dense, one_node, round_figures()).rows, padded);
  problem.cluster.k = 128;
  EXPECT_DOUBLE_EQ(iteration(problem, dense, one_node, round_figures()).rows, 2 * padded);
}

TEST(CostModel, TwiceTheNodesHalveTheRowsAndAddAStep) {
  const auto one = iteration(sixty_four_million(), {}, one_node, round_figures());
  const auto two = iteration(sixty_four_million(), {}, {2, 64}, round_figures());
  EXPECT_DOUBLE_EQ(two.rows, one.rows / 2);
  EXPECT_DOUBLE_EQ(two.moved, one.moved / 2);
  EXPECT_DOUBLE_EQ(two.skipped, one.skipped / 2);
  EXPECT_NEAR(two.message, one.message * 7 / 6, 1e-15);
  EXPECT_DOUBLE_EQ(two.centroids, one.centroids);
  EXPECT_EQ(iteration(sixty_four_million(), {}, {1, 1}, round_figures()).message, 0);
}

TEST(CostModel, FewRanksHaveANodesMemoryToThemselves) {
  // 8 of 64 cores: 32 GB/s each would be there, and a core takes 20; and 200 G/s of arithmetic.
  auto problem = sixty_four_million();
  problem.customers = 8'000'000;
  EXPECT_NEAR(iteration(problem, dense, {1, 8}, round_figures()).rows, 1e6 * 2.0 * 64 * 32 / 2e11, 1e-9);
  problem.cluster.k = 1;
  EXPECT_NEAR(iteration(problem, dense, {1, 8}, round_figures()).rows, 1e6 * 128 / 2e10, 1e-9);
  // A node with more ranks than were measured is a larger one of the same kind.
  problem.customers = 128'000'000;
  EXPECT_NEAR(iteration(problem, dense, {1, 128}, round_figures()).rows, 1e6 * 128 / 4e9, 1e-9);
}

TEST(CostModel, ScratchIsAsSlowAsItsDisk) {
  EXPECT_NEAR(iteration(sixty_four_million(), dense, {1, 64, true}, round_figures()).rows, 64e6 * 128 / 1e9,
              1e-6);
}

TEST(CostModel, EachWayToSeedHasItsPrice) {
  const auto seconds = [](spec::Init init, std::int64_t restarts) {
    auto problem = sixty_four_million();
    problem.cluster.init = init;
    problem.cluster.restarts = restarts;
    return stages(problem, {}, one_node, round_figures()).seed;
  };
  EXPECT_EQ(seconds(spec::Init::file, 8), 0);
  // Memory's pace with one row; five times 32 candidates, at half the kernel's; ten looks at all; 161
  // candidates against one another, 64 times 6.
  const double parallel = 1e6 * (32e-9 + 5 * 40.96e-9 + 10 * 1e-9) + 6 * (20 * 1e-5 + 4.0 * 161 * 32 / 1e9) +
                          64.0 * 6 * 161 * 32 / 1e10;
  EXPECT_NEAR(seconds(spec::Init::kmeans_parallel, 1), parallel, 1e-9);
  EXPECT_NEAR(seconds(spec::Init::kmeans_parallel, 8), 8 * parallel, 1e-9);
  EXPECT_GT(seconds(spec::Init::kmeans_plus_plus, 1), seconds(spec::Init::kmeans_parallel, 1));
  EXPECT_LT(seconds(spec::Init::random, 1), seconds(spec::Init::kmeans_parallel, 1));
}

TEST(CostModel, MemoryIsTheMatrixAndTheAssignment) {
  const auto needed = memory(sixty_four_million(), one_node, round_figures());
  EXPECT_DOUBLE_EQ(needed.rows, 1e6 * (4 * 32 + 16));
  EXPECT_DOUBLE_EQ(needed.fixed, 30e6 + 5 * 1048576 + 40 * 64 * 32);
  EXPECT_DOUBLE_EQ(memory(sixty_four_million(), {2, 64}, round_figures()).rows, needed.rows / 2);
  auto problem = sixty_four_million();
  problem.weight_bytes = 8;
  EXPECT_DOUBLE_EQ(memory(problem, one_node, round_figures()).rows, needed.rows + 8e6);
  problem.customers = 64'000'001;  // the rank with most
  EXPECT_DOUBLE_EQ(memory(problem, one_node, round_figures()).rows, 1'000'001 * (4 * 32 + 16 + 8.0));
}

TEST(CostModel, MemoryOfIdsCountsWhereItIsMore) {
  auto problem = sixty_four_million();
  problem.key_bytes = 16;
  EXPECT_EQ(memory(problem, one_node, round_figures()).rows,
            memory(sixty_four_million(), one_node, round_figures()).rows);
  problem.columns = 2;
  problem.key_bytes = 52;
  EXPECT_DOUBLE_EQ(memory(problem, one_node, round_figures()).rows, 1e6 * 52 + 524'288.0 * 100);
  problem.weight_bytes = 8;
  EXPECT_DOUBLE_EQ(memory(problem, one_node, round_figures()).rows, 1e6 * 60 + 524'288.0 * 100);
  problem.customers = 64'000;  // all in one slice
  EXPECT_DOUBLE_EQ(memory(problem, one_node, round_figures()).rows, 1e3 * (60 + 100));
}

TEST(CostModel, TheLeastNodesFitAndOneLessDoesNot) {
  const auto constants = round_figures();
  for (const double bytes : {3e9, 4e9, 9e9, 20e9}) {
    const auto nodes = least_nodes(sixty_four_million(), one_node, constants, bytes);
    ASSERT_GE(nodes, 1);
    EXPECT_LE(64 * memory(sixty_four_million(), {nodes, 64}, constants).rank(), bytes * (1 + 1e-6));
    if (nodes == 1) continue;
    EXPECT_GT(64 * memory(sixty_four_million(), {nodes - 1, 64}, constants).rank(), bytes);
  }
  EXPECT_EQ(least_nodes(sixty_four_million(), one_node, constants, 64 * 30e6), 0);
}

TEST(Constants, ComeBackFromAFile) {
  const auto written = to_toml(round_figures(), "node1");
  const auto constants = from_toml(written, "constants.toml");
  EXPECT_EQ(to_toml(constants, "node1"), written);
  EXPECT_DOUBLE_EQ(constants.bandwidth_node, 2.56e11);
  EXPECT_DOUBLE_EQ(constants.skip, 1e-9);
}

void expect_error(const std::string& text, const std::string& part) {
  try {
    from_toml(text, "constants.toml");
    FAIL() << text;
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ExitCode::usage);
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Constants, DamagedFilesAreTold) {
  const auto whole = to_toml(round_figures(), "node1");
  expect_error("", "cores");
  expect_error("cores = ", "constants.toml:1");
  expect_error(whole + "speed = 1.0\n", "speed");
  auto negative = whole;
  negative.replace(negative.find("1.000000e-09"), 12, "-1.00000e-09");
  expect_error(negative, "skip");
  for (const auto& [name, value] : {std::pair{"cores", "0.5"},
                                    {"cores", "1e18"},
                                    {"kernel_core", "nan"},
                                    {"k", "0.0"},
                                    {"p", "inf"},
                                    {"latency", "1e18"},
                                    {"process", "1e300"}}) {
    auto text = whole;
    const auto place = text.find(fmt::format("\n{} ", name));
    ASSERT_NE(place, std::string::npos) << name;
    text.replace(place, text.find('#', place) - place, fmt::format("\n{} = {} ", name, value));
    expect_error(text, "out of range");
  }
  auto without = whole;
  without.erase(without.find("latency"), without.find("message") - without.find("latency"));
  expect_error(without, "latency");
}

TEST(Batch, LimitsHaveTheirMargins) {
  EXPECT_EQ(time_limit(1), "0:10:00");
  EXPECT_EQ(time_limit(300), "0:10:00");
  EXPECT_EQ(time_limit(301), "0:15:00");
  EXPECT_EQ(time_limit(3600), "2:00:00");
  EXPECT_EQ(time_limit(100'000), "55:35:00");
  EXPECT_EQ(time_limit(1e300), time_limit(1e16));
  EXPECT_EQ(memory_limit(1e6, 0), "1G");
  EXPECT_EQ(memory_limit(8.0 * (1 << 30), 0), "9G");
  EXPECT_EQ(memory_limit(8.0 * (1 << 30), 8.5 * (1 << 30)), "8G");
  EXPECT_EQ(memory_option(64.0 * (1 << 30), 64), "921M");
}

TEST(Batch, WordsForAShell) {
  EXPECT_EQ(quoted("spec.toml"), "spec.toml");
  EXPECT_EQ(quoted("customers-*.h5"), "'customers-*.h5'");
  EXPECT_EQ(quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(quoted(""), "''");
}

}  // namespace
}  // namespace psychograph::planning
