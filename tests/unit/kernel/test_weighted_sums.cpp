// Sums of rows and of products of their cells, against integers one by one, for every instruction set.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/fixed_point.hpp"
#include "core/instruction_set.hpp"
#include "kernel/weighted_sums.hpp"

namespace psychograph::kernel {
namespace {

struct SomeRows {
  std::size_t columns;
  std::vector<double> cells;
  std::vector<std::uint32_t> rows;
  std::vector<double> weights;
};

SomeRows some_rows(std::size_t columns, std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<> unit(-1, 1);
  SomeRows made{columns, std::vector<double>(40 * row_stride(columns), 0.0), {}, {}};
  for (std::size_t row = 0; row < 40; ++row) {
    for (std::size_t j = 0; j < columns; ++j) made.cells[row * row_stride(columns) + j] = unit(random);
  }
  for (std::size_t i = 0; i < n; ++i) {
    made.rows.push_back(static_cast<std::uint32_t>(random() % 40));
    made.weights.push_back(std::ldexp(1 + unit(random), 30));
  }
  return made;
}

TEST(WeightedSums, AreThoseOfIntegersOneByOne) {
  const auto whole = core::FixedPoint::whole_numbers();
  for (const auto& target : core::targets()) {
    core::force_target(target);
    for (const std::size_t columns : {1U, 2U, 3U, 7U, 8U, 9U, 16U, 25U, 32U, 33U, 47U}) {
      for (const std::size_t n : {0U, 1U, 37U}) {
        const auto made = some_rows(columns, n, static_cast<unsigned>(columns));
        const auto stride = row_stride(columns);
        std::vector<std::int64_t> sums(columns, 5);
        std::vector<std::int64_t> products(columns * (columns + 1) / 2, -3);
        auto expected = sums;
        auto expected_products = products;
        for (std::size_t r = 0; r < n; ++r) {
          const double* const own = &made.cells[made.rows[r] * stride];
          for (std::size_t i = 0; i < columns; ++i) {
            expected[i] += whole.encode(made.weights[r] * own[i]);
            for (std::size_t j = 0; j <= i; ++j)
              expected_products[i * (i + 1) / 2 + j] += whole.encode(made.weights[r] * own[i] * own[j]);
          }
        }
        const WeightedRows rows{made.cells, stride, made.rows, made.weights};
        std::vector<double> room(room_for_products(n, columns));
        add_rows(rows, sums);
        add_products_of_rows(rows, columns, products, room);
        EXPECT_EQ(sums, expected) << target << ", " << columns << " columns, " << n << " rows";
        EXPECT_EQ(products, expected_products) << target << ", " << columns << " columns, " << n << " rows";
      }
    }
  }
  core::force_target("");
}

}  // namespace
}  // namespace psychograph::kernel
