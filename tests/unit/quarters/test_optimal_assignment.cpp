// The optimal assignment against all assignments there are.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "quarters/optimal_assignment.hpp"

namespace psychograph::quarters {
namespace {

/// What an assignment costs; a failure where a column is used twice or too few rows have one.
double cost_of(const std::vector<std::int32_t>& column_of, const std::vector<double>& cost,
               std::size_t columns) {
  double total = 0;
  std::set<std::int32_t> used;
  for (std::size_t r = 0; r < column_of.size(); ++r) {
    if (column_of[r] < 0) continue;
    EXPECT_TRUE(used.insert(column_of[r]).second);
    total += cost[r * columns + static_cast<std::size_t>(column_of[r])];
  }
  EXPECT_EQ(used.size(), std::min(column_of.size(), columns));
  return total;
}

/// The least over all orders of the longer side.
double least_cost(const std::vector<double>& cost, std::size_t rows, std::size_t columns) {
  std::vector<std::size_t> order(std::max(rows, columns));
  std::iota(order.begin(), order.end(), std::size_t{0});
  double least = std::numeric_limits<double>::infinity();
  do {
    double total = 0;
    for (std::size_t i = 0; i < std::min(rows, columns); ++i)
      total += rows <= columns ? cost[i * columns + order[i]] : cost[order[i] * columns + i];
    least = std::min(least, total);
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

TEST(CheapestAssignment, IsTheBestOfAll) {
  std::mt19937 random(4);
  for (std::size_t rows = 1; rows <= 6; ++rows) {
    for (std::size_t columns = 1; columns <= 6; ++columns) {
      for (int trial = 0; trial < 30; ++trial) {
        std::vector<double> cost(rows * columns);
        for (double& value : cost)  // few different values: many ties, and costs below zero
          value =
              trial % 2 == 0 ? static_cast<double>(random() % 5) - 2 : std::normal_distribution<>()(random);
        const auto found = cheapest_assignment(cost, rows, columns);
        ASSERT_EQ(found.size(), rows);
        EXPECT_NEAR(cost_of(found, cost, columns), least_cost(cost, rows, columns), 1e-12)
            << rows << " x " << columns;
        EXPECT_EQ(cheapest_assignment(cost, rows, columns), found);
      }
    }
  }
}

TEST(CheapestAssignment, KeepsLargeCountsApart) {
  // Customers by the billion: a difference of one decides.
  const std::vector<double> cost{-3e9, -3e9 - 1, -3e9, -3e9};
  EXPECT_EQ(cheapest_assignment(cost, 2, 2), (std::vector<std::int32_t>{1, 0}));
}

TEST(CheapestAssignment, FindsAHiddenOrderOfManySegments) {
  constexpr std::size_t k = 300;
  std::mt19937 random(5);
  std::vector<std::size_t> hidden(k);
  std::iota(hidden.begin(), hidden.end(), std::size_t{0});
  std::shuffle(hidden.begin(), hidden.end(), random);
  std::vector<double> cost(k * k);
  for (double& value : cost) value = -static_cast<double>(random() % 100);
  for (std::size_t r = 0; r < k; ++r) cost[r * k + hidden[r]] = -1000;
  const auto found = cheapest_assignment(cost, k, k);
  for (std::size_t r = 0; r < k; ++r) EXPECT_EQ(static_cast<std::size_t>(found[r]), hidden[r]);
}

}  // namespace
}  // namespace psychograph::quarters
