// The join of two tables by their ids against a map of all rows.
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "distributed/shared_table.hpp"
#include "io/id_join.hpp"
#include "io/row_store.hpp"

namespace psychograph::io {
namespace {

constexpr std::int64_t many_slices = 700;  // of the small tables one

template <class T, class Other>
LookedUp join(const std::vector<T>& asking, const std::vector<Other>& known,
              const std::vector<std::int32_t>& values, std::int64_t rows_a_slice = many_slices) {
  const comm::Communicator world;
  const SharedTable here(world, "-here.h5", asking, std::vector<std::int32_t>(asking.size(), 7));
  const SharedTable there(world, "-there.h5", known, values);
  const Shard shard(world, here.table());
  const Shard other(world, there.table());
  return look_up(world, shard, "id", {other, "id", "value"}, rows_a_slice);
}

/// Against a map: the first of equal ids counts.
template <class T>
void expect_join(const std::vector<T>& asking, const std::vector<T>& known,
                 std::int64_t rows_a_slice = many_slices) {
  std::vector<std::int32_t> values;
  std::map<T, std::int32_t> oracle;
  std::int64_t repeated = 0;
  for (std::size_t i = 0; i < known.size(); ++i) {
    values.push_back(static_cast<std::int32_t>(i * 31 % 97) - 1);
    repeated += oracle.try_emplace(known[i], values.back()).second ? 0 : 1;
  }
  const auto found = join(asking, known, values, rows_a_slice);
  EXPECT_EQ(found.repeated, repeated);
  const comm::Communicator world;
  const auto mine = comm::local_range(static_cast<std::int64_t>(asking.size()), world.rank(), world.size());
  EXPECT_EQ(found.values.size(), static_cast<std::size_t>(mine.size()));
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    const auto wanted = oracle.find(asking[static_cast<std::size_t>(mine.begin) + i]);
    EXPECT_EQ(found.values[i], wanted == oracle.end() ? absent : wanted->second);
  }
}

/// `count` different numbers, in no order.
std::vector<std::int64_t> some_ids(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::set<std::int64_t> ids;
  while (ids.size() < count) ids.insert(static_cast<std::int64_t>(random() % (3 * count)) - 1000);
  std::vector<std::int64_t> result(ids.begin(), ids.end());
  std::shuffle(result.begin(), result.end(), random);
  return result;
}

TEST(LookUp, FindsIntegers) { expect_join(some_ids(20'000, 1), some_ids(15'000, 2)); }

TEST(LookUp, FindsTheFirstOfRepeatedOnes) {
  auto known = some_ids(3000, 3);
  for (std::size_t i = 0; i < 500; ++i) known.push_back(known[i * 3]);
  expect_join(some_ids(2000, 4), known);
}

TEST(LookUp, FindsTheSameInSlicesOfAnySize) {
  const auto asking = some_ids(700, 9);
  auto known = some_ids(500, 10);
  for (std::size_t i = 0; i < 60; ++i) known.push_back(known[i * 7]);
  for (const std::int64_t rows_a_slice : {1, 2, 13, 200, 1'000'000}) expect_join(asking, known, rows_a_slice);
}

/// One id fills both tables: it comes in many rounds, and the first row is still the first.
TEST(LookUp, FindsAnIdThatAllRowsHave) {
  std::vector<std::int64_t> known(9000, 5);
  known.front() = 4;
  for (std::size_t i = 0; i < 100; ++i) known[i * 71 + 3] = static_cast<std::int64_t>(i % 50);
  std::vector<std::int64_t> asking(7000, 5);
  asking.back() = 77;
  expect_join(asking, known, 100);
}

TEST(LookUp, FindsNegativeAndHugeIds) {
  std::vector<std::int64_t> asking;
  std::vector<std::uint64_t> huge;
  for (std::int64_t i = 0; i < 2000; ++i) {
    asking.push_back((i % 2 == 0 ? std::numeric_limits<std::int64_t>::min() : -3) + i);
    huge.push_back((std::uint64_t{1} << 63U) - 1000 + static_cast<std::uint64_t>(i));
  }
  expect_join(asking, {asking.begin() + 500, asking.begin() + 1500});
  expect_join(huge, {huge.begin() + 500, huge.begin() + 1500});
}

TEST(LookUp, OfIdsThatAreAllNew) { expect_join<std::int64_t>({5, 3, 8, 9, 1}, {2}); }

TEST(LookUp, FindsTexts) {
  std::vector<std::string> asking;
  std::vector<std::string> known;
  for (const auto id : some_ids(3000, 5)) asking.push_back("customer " + std::to_string(id));
  for (const auto id : some_ids(2000, 6)) known.push_back("customer " + std::to_string(id));
  known.emplace_back("a much longer id, so that the width differs");
  expect_join(asking, known);
}

TEST(LookUp, FindsFractions) {
  std::vector<double> asking;
  std::vector<double> known;
  for (const auto id : some_ids(3000, 7)) asking.push_back(static_cast<double>(id) / 4);
  for (const auto id : some_ids(2000, 8)) known.push_back(static_cast<double>(id) / 4);
  expect_join(asking, known);
}

TEST(LookUp, OfFewerRowsThanRanks) { expect_join<std::int64_t>({5, 3}, {3}); }

/// What all ranks found, in the order of the rows.
std::vector<std::int32_t> gathered(const LookedUp& found, std::size_t rows) {
  const comm::Communicator world;
  std::vector<std::int64_t> all(rows, 0);
  const auto first = comm::local_range(static_cast<std::int64_t>(rows), world.rank(), world.size()).begin;
  for (std::size_t i = 0; i < found.values.size(); ++i)
    all[static_cast<std::size_t>(first) + i] = found.values[i];
  comm::sum_over_ranks(world, all);
  return {all.begin(), all.end()};
}

TEST(LookUp, ComparesByValue) {
  const std::vector<std::int32_t> values{1, 2, 3, 4, 5};
  const std::vector<double> floating{-1, 0, 3.5, 4e15, -0.0};  // -0 is 0 again
  const std::vector<std::int64_t> whole{-1, 0, 3, 4'000'000'000'000'000};
  EXPECT_EQ(gathered(join(whole, floating, values), 4), (std::vector<std::int32_t>{1, 2, absent, 4}));
  const std::vector<std::int32_t> narrow{0, -1, 7};
  EXPECT_EQ(gathered(join(narrow, whole, {1, 2, 3, 4}), 3), (std::vector<std::int32_t>{2, 1, absent}));
  // The bits of -1 as a number without a sign are another number.
  const std::vector<std::uint64_t> huge{~std::uint64_t{0}, std::uint64_t{1} << 63U, 0};
  EXPECT_EQ(gathered(join(huge, whole, {1, 2, 3, 4}), 3), (std::vector<std::int32_t>{absent, absent, 2}));
  const std::vector<double> large{0x1p63, -0x1p63};
  EXPECT_EQ(gathered(join(huge, large, {1, 2}), 3), (std::vector<std::int32_t>{absent, 1, absent}));
}

/// Rows, and whoever is never asked for, against a map; ids of those who ask may be repeated.
TEST(FindRows, TellsTheRowOfEachId) {
  auto asking = some_ids(5000, 11);
  for (std::size_t i = 0; i < 300; ++i) asking.push_back(asking[i * 5]);
  const auto known = some_ids(3000, 12);
  std::map<std::int64_t, std::int64_t> oracle;
  for (std::size_t i = 0; i < known.size(); ++i) oracle[known[i]] = static_cast<std::int64_t>(i);
  std::set<std::int64_t> asked_for;
  for (const auto id : asking) {
    if (oracle.contains(id)) asked_for.insert(id);
  }
  const comm::Communicator world;
  const SharedTable here(world, "-here.h5", asking, std::vector<std::int32_t>(asking.size(), 7));
  const SharedTable there(world, "-there.h5", known, std::vector<std::int32_t>(known.size(), 7));
  const Shard shard(world, here.table());
  const Shard other(world, there.table());
  for (const std::int64_t rows_a_slice : {100, 1'000'000}) {
    const auto found = find_rows(world, shard, "id", other, "id", rows_a_slice);
    EXPECT_EQ(found.repeated, 0);
    EXPECT_EQ(found.not_asked, static_cast<std::int64_t>(known.size() - asked_for.size()));
    EXPECT_EQ(found.values.size(), shard.local_rows());
    for (std::size_t i = 0; i < found.values.size(); ++i) {
      const auto wanted = oracle.find(asking[static_cast<std::size_t>(shard.rows().begin) + i]);
      EXPECT_EQ(found.values[i], wanted == oracle.end() ? no_such_row : wanted->second);
    }
  }
}

/// Every row's record comes to whoever asks, also where all ranks ask for one row, of records so long that
/// they come in many rounds.
TEST(RowStore, HandsOutRecords) {
  const comm::Communicator world;
  std::vector<std::int64_t> ids(1000);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int64_t>(i);
  const SharedTable there(world, "-there.h5", ids, std::vector<std::int32_t>(ids.size(), 7));
  const Shard shard(world, there.table());
  for (const std::size_t record_bytes : {std::size_t{8}, std::size_t{16384}}) {
    const auto rows = record_bytes == 8 ? ids.size() : 3;
    RowStore store(world, shard, record_bytes);
    for (std::size_t row = 0; row < shard.local_rows(); ++row) {
      const auto global = shard.rows().begin + static_cast<std::int64_t>(row);
      std::memcpy(store.record(row), &global, sizeof global);
    }
    std::vector<std::int64_t> wanted;
    for (std::size_t i = 0; i < 20'000 / rows; ++i) {
      wanted.push_back(static_cast<std::int64_t>((i * 7 + static_cast<std::size_t>(world.rank())) % rows));
      if (i % 3 == 0) wanted.push_back(no_such_row);
    }
    std::vector<std::int64_t> found(wanted.size(), no_such_row);
    store.fetch(wanted, [&](std::size_t i, const std::byte* record) {
      std::memcpy(&found[i], record, sizeof found[i]);
    });
    EXPECT_EQ(found, wanted);
  }
}

TEST(LookUp, RefusesTextsAgainstNumbers) {
  EXPECT_THROW((void)join(std::vector<std::int64_t>{1, 2}, std::vector<std::string>{"1", "2"}, {0, 0}),
               core::Error);
  EXPECT_THROW((void)join(std::vector<std::string>{"1", "2"}, std::vector<double>{1, 2}, {0, 0}),
               core::Error);
}

}  // namespace
}  // namespace psychograph::io
