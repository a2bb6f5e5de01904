// The join of two tables by their ids against a map of all rows.
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

#include "comm/all_reduce.hpp"
#include "core/error.hpp"
#include "io/id_join.hpp"
#include "io/inspect.hpp"

namespace psychograph::io {
namespace {

template <class T>
hid_t stored_type() {
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, std::uint64_t>) return H5T_NATIVE_UINT64;
  return H5T_NATIVE_INT64;
}

void write_cells(hid_t file, const char* name, hid_t type, std::size_t count, const void* data) {
  const hsize_t extent = count;
  const auto space = space_handle(H5Screate_simple(1, &extent, nullptr));
  const auto links = property_handle(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(links.get(), 1);
  const auto dataset =
      dataset_handle(H5Dcreate2(file, name, type, space.get(), links.get(), H5P_DEFAULT, H5P_DEFAULT));
  H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
}

template <class T>
void write_column(hid_t file, const char* name, const std::vector<T>& cells) {
  if constexpr (std::is_same_v<T, std::string>) {
    std::size_t width = 1;
    for (const auto& cell : cells) width = std::max(width, cell.size());
    std::string bytes(width * cells.size(), '\0');
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i].copy(bytes.data() + i * width, width);
    write_cells(file, name, string_type(width).get(), cells.size(), bytes.data());
  } else {
    write_cells(file, name, stored_type<T>(), cells.size(), cells.data());
  }
}

/// A table that rank 0 makes, with ids and values, there as long as the test. Collective.
class SharedTable {
 public:
  template <class T>
  SharedTable(const comm::Communicator& world, const char* name, const std::vector<T>& ids,
              const std::vector<std::int32_t>& values)
      : world_(world),
        path_(std::filesystem::temp_directory_path() /
              ("psychograph-join-" + std::to_string(comm::max_over_ranks(world, std::int64_t{::getpid()})) +
               name)) {
    if (world.rank() == 0) {
      const auto file = file_handle(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
      write_column(file.get(), "table/id", ids);
      write_column(file.get(), "table/value", values);
    }
    world.barrier();
  }
  ~SharedTable() {
    world_.barrier();
    if (world_.rank() == 0) std::filesystem::remove(path_);
  }
  SharedTable(const SharedTable&) = delete;
  SharedTable& operator=(const SharedTable&) = delete;

  [[nodiscard]] Table table() const { return inspect_table({path_.string()}, "/table"); }

 private:
  comm::Communicator world_;
  std::filesystem::path path_;
};

template <class T, class Other>
LookedUp join(const std::vector<T>& asking, const std::vector<Other>& known,
              const std::vector<std::int32_t>& values) {
  const comm::Communicator world;
  const SharedTable here(world, "-here.h5", asking, std::vector<std::int32_t>(asking.size(), 7));
  const SharedTable there(world, "-there.h5", known, values);
  const Shard shard(world, here.table());
  const Shard other(world, there.table());
  constexpr std::int64_t rows_a_slice = 700;  // many slices, and of the small tables one
  return look_up(world, shard, "id", {other, "id", "value"}, rows_a_slice);
}

/// Against a map: the first of equal ids counts.
template <class T>
void expect_join(const std::vector<T>& asking, const std::vector<T>& known) {
  std::vector<std::int32_t> values;
  std::map<T, std::int32_t> oracle;
  std::int64_t repeated = 0;
  for (std::size_t i = 0; i < known.size(); ++i) {
    values.push_back(static_cast<std::int32_t>(i * 31 % 97) - 1);
    repeated += oracle.try_emplace(known[i], values.back()).second ? 0 : 1;
  }
  const auto found = join(asking, known, values);
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

TEST(LookUp, RefusesTextsAgainstNumbers) {
  EXPECT_THROW((void)join(std::vector<std::int64_t>{1, 2}, std::vector<std::string>{"1", "2"}, {0, 0}),
               core::Error);
  EXPECT_THROW((void)join(std::vector<std::string>{"1", "2"}, std::vector<double>{1, 2}, {0, 0}),
               core::Error);
}

}  // namespace
}  // namespace psychograph::io
