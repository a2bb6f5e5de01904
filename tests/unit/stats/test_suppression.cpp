#include <numeric>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "stats/suppression.hpp"

namespace psychograph::stats {
namespace {

std::int64_t cell(const std::vector<std::int64_t>& counts, std::size_t columns, std::size_t r,
                  std::size_t c) {
  return counts[r * columns + c];
}

TEST(Withhold, LeavesWhatIsLargeAlone) {
  const std::vector<std::int64_t> counts{20, 30, 0, 40};
  const auto found = withhold(counts, 2, 2, 10);
  for (const bool withheld : found.cells) EXPECT_FALSE(withheld);
}

TEST(Withhold, TakesFourOfATwoByTwo) {
  const std::vector<std::int64_t> counts{3, 30, 50, 40};
  const auto found = withhold(counts, 2, 2, 10);
  for (std::size_t r = 0; r < 2; ++r) {
    for (std::size_t c = 0; c < 2; ++c) EXPECT_TRUE(found.at(r, c)) << r << c;
    EXPECT_FALSE(found.at(r, 2));
  }
}

TEST(Withhold, KeepsASmallTotalToItself) {
  // The first row has five people in all: its total must not be told, nor follow from the others.
  const std::vector<std::int64_t> counts{2, 3, 50, 60, 70, 80};
  const auto found = withhold(counts, 3, 2, 10);
  EXPECT_TRUE(found.at(0, 2));
  EXPECT_TRUE(found.at(1, 2) || found.at(2, 2));
}

TEST(Withhold, NeverLeavesOneAloneInALine) {
  std::mt19937 random(9);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const std::size_t rows = 2 + random() % 5, columns = 2 + random() % 5;
    std::vector<std::int64_t> counts(rows * columns);
    for (auto& count : counts)
      count = random() % 3 == 0 ? static_cast<std::int64_t>(random() % 12)
                                : static_cast<std::int64_t>(random() % 200);
    const auto found = withhold(counts, rows, columns, 10);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        const auto count = cell(counts, columns, r, c);
        EXPECT_TRUE(found.at(r, c) || count == 0 || count >= 10);
        EXPECT_FALSE(found.at(r, c) && count == 0);
        if (!found.at(r, c)) continue;
        int in_row = 0;
        for (std::size_t j = 0; j <= columns; ++j) in_row += found.at(r, j) ? 1 : 0;
        int in_column = 0;
        for (std::size_t i = 0; i <= rows; ++i) in_column += found.at(i, c) ? 1 : 0;
        EXPECT_GE(in_row, 2);
        EXPECT_GE(in_column, 2);
      }
    }
  }
}

}  // namespace
}  // namespace psychograph::stats
