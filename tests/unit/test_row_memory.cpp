// Arrays in scratch files: the same contents, no name in the folder, and errors instead of fatal signals.
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/feature_matrix.hpp"
#include "core/row_memory.hpp"

namespace psychograph::core {
namespace {

class Scratch : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder); }
  void TearDown() override {
    keep_rows_in_memory();
    std::filesystem::remove_all(folder);
  }
  // In the folder the tests run in, which is on a disk; /tmp need not be.
  const std::filesystem::path folder = std::filesystem::current_path() / "scratch-of-tests";
};

std::string message_of(const std::string& folder) {
  try {
    keep_rows_in_scratch(folder);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_FALSE(rows_are_in_scratch());
    return error.what();
  }
  return "";
}

TEST_F(Scratch, HoldsVectorsAndMatricesInFilesWithoutNames) {
  keep_rows_in_scratch(folder);
  EXPECT_TRUE(rows_are_in_scratch());
  RowVector<std::int64_t> numbers(1'000'000);
  std::iota(numbers.begin(), numbers.end(), 7);
  FeatureMatrix matrix(100'000, 5);
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

TEST_F(Scratch, KeepsSmallVectorsOnTheHeap) {
  keep_rows_in_scratch("/");
  keep_rows_in_scratch(folder);
  std::filesystem::remove_all(folder);
  const RowVector<float> small(1000, 2.0F);  // would fail, did it need a file
  EXPECT_EQ(small.back(), 2.0F);
  EXPECT_THROW(RowVector<float>(2'000'000), Error);
}

TEST_F(Scratch, RefusesMemoryInDisguise) {
  EXPECT_NE(message_of("/dev/shm").find("/dev/shm: its file system is memory itself (tmpfs)"),
            std::string::npos);
}

TEST_F(Scratch, RefusesFoldersThatAreNone) {
  EXPECT_NE(message_of((folder / "missing").string()).find("can't be used: No such file"), std::string::npos);
}

TEST_F(Scratch, SaysWhenTheDiskIsTooSmall) {
  keep_rows_in_scratch(folder);
  try {
    map_rows(std::size_t{1} << 50);
    ADD_FAILURE() << "a petabyte";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_NE(std::string(error.what()).find("can't hold"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace psychograph::core
