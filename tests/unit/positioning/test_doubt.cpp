#include <array>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "positioning/image.hpp"

namespace psychograph::positioning {
namespace {

constexpr std::size_t rows = 3;
constexpr std::size_t columns = 4;
constexpr std::size_t customers = 500;
/// By kind of customer, brand and attribute: what somebody says of one brand goes with what he says of
/// another.
constexpr double chances[2][rows][columns] = {
    {{0.6, 0.3, 0.2, 0.1}, {0.2, 0.5, 0.3, 0.2}, {0.3, 0.2, 0.2, 0.6}},
    {{0.2, 0.1, 0.3, 0.1}, {0.1, 0.3, 0.1, 0.3}, {0.1, 0.4, 0.1, 0.2}}};
constexpr double first_kind = 0.4;

Image draw(std::mt19937_64& random) {
  Image image(2, rows, columns, false);
  std::uniform_real_distribution<double> unit;
  for (std::size_t c = 0; c < customers; ++c) {
    const auto kind = unit(random) < first_kind ? 0 : 1;
    for (std::size_t i = 0; i < rows; ++i) {
      std::vector<std::size_t> ticks;
      for (std::size_t j = 0; j < columns; ++j) {
        if (unit(random) < chances[kind][i][j]) ticks.push_back(j);
      }
      if (!ticks.empty()) image.add(0, i, ticks);
    }
  }
  image.sum_groups();
  return image;
}

std::vector<double> true_profile(std::size_t row) {
  std::vector<double> profile;
  for (std::size_t j = 0; j < columns; ++j)
    profile.push_back(first_kind * chances[0][row][j] + (1 - first_kind) * chances[1][row][j]);
  return profile;
}

TEST(Doubt, EllipsesHoldTheTruePoint) {
  constexpr double within = 5.991464547107979;  // chi-square of two, 95 %
  constexpr int tables = 1000;
  std::mt19937_64 random(20261126);
  int held = 0;
  for (int t = 0; t < tables; ++t) {
    const auto image = draw(random);
    const auto map = analyse(image.table(1));
    for (std::size_t i = 0; i < rows; ++i) {
      const auto truth = map.project(true_profile(i));
      const auto [xx, xy, yy] = doubt(image, map, 1, i);
      const double x = map.rows.at(i, 0) - truth[0];
      const double y = map.rows.at(i, 1) - truth[1];
      held += (yy * x * x - 2 * xy * x * y + xx * y * y) / (xx * yy - xy * xy) <= within ? 1 : 0;
    }
  }
  const double share = static_cast<double>(held) / (tables * static_cast<double>(rows));
  EXPECT_GE(share, 0.935);
  EXPECT_LE(share, 0.965);
}

/// Rows and columns of nothing are no points, and disturb no others.
TEST(Correspondence, EmptyRowsAndColumns) {
  const insight::CountTable table{3, 3, {5, 0, 9, 0, 0, 0, 8, 0, 2}};
  const auto map = analyse(table);
  const auto without = analyse({2, 2, {5, 9, 8, 2}});
  ASSERT_EQ(map.axes(), 1U);
  EXPECT_NEAR(map.rows.at(0, 0), without.rows.at(0, 0), 1e-12);
  EXPECT_NEAR(map.columns.at(2, 0), without.columns.at(1, 0), 1e-12);
  EXPECT_TRUE(std::isnan(map.rows.at(1, 0)));
  EXPECT_TRUE(std::isnan(map.project(std::vector<double>{0, 0, 0}).front()));
}

}  // namespace
}  // namespace psychograph::positioning
