// Arrays in scratch files: the same contents, no name in the folder, and errors instead of fatal signals.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/feature_matrix.hpp"
#include "core/row_memory.hpp"

namespace psychograph::core {
namespace {

constexpr std::size_t limit = std::size_t{1} << 40;

class Scratch : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
  // In the folder the tests run in, which is on a disk; /tmp need not be.
  const std::filesystem::path folder = std::filesystem::current_path() / "scratch-of-tests";
};

std::string message_of(const std::string& folder) {
  try {
    (void)RowMemory::in_scratch(folder, limit);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    return error.what();
  }
  return "";
}

TEST_F(Scratch, HoldsVectorsAndMatricesInFilesWithoutNames) {
  const auto scratch = RowMemory::in_scratch(folder, limit);
  EXPECT_TRUE(scratch.is_scratch());
  RowVector<std::int64_t> numbers(1'000'000, scratch);
  std::iota(numbers.begin(), numbers.end(), 7);
  FeatureMatrix matrix(500'000, 5, scratch);
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    for (std::size_t j = 0; j < 5; ++j) matrix.at(i, j) = static_cast<float>(i * 5 + j);
  }
  for (std::size_t t = 0; t < matrix.tiles(); ++t) matrix.walk(t);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  EXPECT_EQ(numbers.back(), 1'000'006);
  for (std::size_t i = 0; i < matrix.rows(); ++i) ASSERT_EQ(matrix.at(i, 3), static_cast<float>(i * 5 + 3));
  numbers.resize(3'000'000, 1);
  EXPECT_EQ(numbers[999'999], 1'000'006);
  EXPECT_EQ(numbers.back(), 1);
}

std::size_t resident_bytes() {
  std::ifstream status("/proc/self/statm");
  std::size_t pages = 0;
  status >> pages >> pages;
  return pages * 4096;
}

TEST_F(Scratch, StaysWithinMemoryAndLosesNothing) {
  const auto allowed = resident_bytes() + (std::size_t{200} << 20);
  const auto scratch = RowMemory::in_scratch(folder, allowed);
  FeatureMatrix matrix(4'000'000, 20, scratch);  // 320 MB
  std::size_t most = 0;
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    if (i % 4096 == 0) most = std::max(most, resident_bytes());
    for (std::size_t j = 0; j < 20; ++j) matrix.at(i, j) = static_cast<float>(i + j);
  }
  EXPECT_LT(most, allowed);
  for (std::size_t i = 0; i < matrix.rows(); i += 1001) ASSERT_EQ(matrix.at(i, 7), static_cast<float>(i + 7));
}

TEST_F(Scratch, KeepsSmallVectorsOnTheHeap) {
  const auto scratch = RowMemory::in_scratch(folder, limit);
  std::filesystem::remove_all(folder);
  const RowVector<float> small(1000, 2.0F, scratch);  // would fail, did it need a file
  EXPECT_EQ(small.back(), 2.0F);
  const FeatureMatrix matrix(1000, 7, scratch);
  for (std::size_t t = 0; t < matrix.tiles(); ++t) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(matrix.tile(t)) % RowMemory::line, 0U);
    for (std::size_t i = 0; i < 7 * tile_rows; ++i) ASSERT_EQ(matrix.tile(t)[i], 0.0F);
  }
  EXPECT_THROW(RowVector<float>(2'000'000, scratch), ScratchError);
  EXPECT_EQ(RowVector<float>(2'000'000).size(), 2'000'000U);  // of another place
}

TEST_F(Scratch, GoesWithWhatIsMoved) {
  const auto scratch = RowMemory::in_scratch(folder, limit);
  RowVector<int> one(2'000'000, 7, scratch);
  const auto* const place = one.data();
  RowVector<int> other;
  other = std::move(one);
  EXPECT_EQ(other.data(), place);
  EXPECT_TRUE(other.get_allocator().memory.is_scratch());
  fill_rows(other, RowMemory(), 10, 3);
  EXPECT_FALSE(other.get_allocator().memory.is_scratch());
  EXPECT_EQ(other, RowVector<int>(10, 3));
}

TEST_F(Scratch, RefusesMemoryInDisguise) {
  EXPECT_NE(message_of("/dev/shm").find("/dev/shm: its file system is memory itself (tmpfs)"),
            std::string::npos);
}

TEST_F(Scratch, RefusesFoldersThatAreNone) {
  EXPECT_NE(message_of((folder / "missing").string()).find("can't be used: No such file"), std::string::npos);
}

TEST_F(Scratch, SaysWhenTheDiskIsTooSmall) {
  const auto scratch = RowMemory::in_scratch(folder, limit);
  try {
    (void)scratch.allocate(std::size_t{1} << 50);
    ADD_FAILURE() << "a petabyte";
  } catch (const ScratchError& error) {
    EXPECT_NE(std::string(error.what()).find("can't hold"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace psychograph::core
