// Repeated ids among ids in no order, and ids written window by window.
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/error.hpp"
#include "distributed/shared_table.hpp"
#include "io/ids.hpp"

namespace psychograph::io {
namespace {

constexpr std::int64_t usual_slices = 90;

/// What `require_unique_ids` says; empty where all is well.
template <class T>
std::string complaint(const std::vector<T>& ids, std::int64_t rows_a_slice = usual_slices) {
  const comm::Communicator world;
  const SharedTable table(world, "-ids.h5", ids, std::vector<std::int32_t>(ids.size(), 0));
  const Shard shard(world, table.table());
  try {
    require_unique_ids(world, shard, "id", rows_a_slice);
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ExitCode::data);
    const std::string message = error.what();
    return message.substr(message.find("row "));
  }
  return "";
}

/// Different ones in no order.
std::vector<std::int64_t> shuffled(std::size_t count, std::int64_t first) {
  std::vector<std::int64_t> ids(count);
  std::iota(ids.begin(), ids.end(), first);
  std::shuffle(ids.begin(), ids.end(), std::mt19937_64(count));
  return ids;
}

TEST(UniqueIds, InNoOrder) {
  EXPECT_EQ(complaint(shuffled(5000, -2500)), "");
  EXPECT_EQ(complaint(shuffled(5000, -2500), 1), "");
  EXPECT_EQ(complaint(shuffled(5000, -2500), 1'000'000), "");
  EXPECT_EQ(complaint(std::vector<std::int64_t>{3, 1}), "");
}

TEST(UniqueIds, FindsWhereverTheyLie) {
  for (const auto& [first, second] : {std::pair{0, 4999}, {17, 18}, {1200, 3700}}) {
    auto ids = shuffled(5000, 100);
    ids[static_cast<std::size_t>(second)] = ids[static_cast<std::size_t>(first)];
    const auto id = std::to_string(ids[static_cast<std::size_t>(first)]);
    const auto wanted =
        "row " + std::to_string(first) + ": the id " + id + " is repeated in row " + std::to_string(second);
    EXPECT_EQ(complaint(ids), wanted);
    EXPECT_EQ(complaint(ids, 3), wanted);
    std::vector<std::string> texts;
    for (const auto number : ids) texts.push_back("customer " + std::to_string(number));
    EXPECT_EQ(complaint(texts), "row " + std::to_string(first) + ": the id \"customer " + id +
                                    "\" is repeated in row " + std::to_string(second));
  }
}

TEST(UniqueIds, TellsTheSmallestOfSeveral) {
  auto ids = shuffled(3000, -1500);
  for (const std::int64_t id : {700, -900, 0}) *std::find(ids.begin(), ids.end(), id + 1) = id;
  const auto message = complaint(ids);
  EXPECT_NE(message.find("the id -900 is"), std::string::npos) << message;
  EXPECT_EQ(complaint(ids, 2), message);
}

TEST(UniqueIds, OfOneThatAllRowsHave) {
  std::vector<std::int64_t> ids(20'000, 8);
  EXPECT_EQ(complaint(ids), "row 0: the id 8 is repeated in row 1");
  ids[0] = 9;
  ids[1] = 10;
  EXPECT_EQ(complaint(ids), "row 2: the id 8 is repeated in row 3");
}

TEST(UniqueIds, HugeOnes) {
  std::vector<std::uint64_t> ids(3000);
  std::iota(ids.begin(), ids.end(), (std::uint64_t{1} << 63U) - 1500);
  EXPECT_EQ(complaint(ids), "");  // they rise
  std::reverse(ids.begin(), ids.end());
  EXPECT_EQ(complaint(ids), "");
  ids[7] = ids[2500];
  EXPECT_EQ(complaint(ids), "row 7: the id " + std::to_string(ids[7]) + " is repeated in row 2500");
}

TEST(UniqueIds, Fractions) {
  std::vector<double> ids(3000);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = 0.25 * static_cast<double>(i) - 100;
  EXPECT_EQ(complaint(ids), "");
  ids[2999] = ids[3];
  EXPECT_EQ(complaint(ids), "row 3: the id -99.25 is repeated in row 2999");
}

}  // namespace
}  // namespace psychograph::io
