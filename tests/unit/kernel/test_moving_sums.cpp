// Rows from one exact sum to another, one by one or a tile at a time, on every instruction set.
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/feature_matrix.hpp"
#include "core/fixed_point.hpp"
#include "core/instruction_set.hpp"
#include "kernel/kernel.hpp"
#include "kernel/moving_sums.hpp"

namespace psychograph::kernel {
namespace {

constexpr std::int32_t k = 5;
using core::tile_rows;

class Case {
 public:
  Case(std::size_t tiles, std::size_t p) : matrix(tiles * tile_rows, p) {
    for (std::size_t i = 0; i < matrix.rows(); ++i) {
      for (std::size_t j = 0; j < p; ++j) matrix.at(i, j) = value(random);
    }
    for (std::size_t j = 0; j < p; ++j) scales.emplace_back(1e4, 12.0, 1000);
    for (const auto& scale : scales) multipliers.push_back(scale.multiplier());
    multipliers.resize(MovingSums::padded(p), 0.0);
  }

  /// A move of each row with the chance `share`, in order.
  std::vector<Move> some(double share) {
    std::vector<Move> moves;
    for (std::size_t i = 0; i < matrix.rows(); ++i) {
      if (!std::bernoulli_distribution(share)(random)) continue;
      const auto from = static_cast<std::int32_t>(random() % (k + 1)) - 1;
      moves.push_back({matrix.tile(i / tile_rows), 1 + static_cast<double>(random() % 3) / 4,
                       static_cast<std::int32_t>(i % tile_rows), from,
                       static_cast<std::int32_t>(random() % k)});
    }
    return moves;
  }

  [[nodiscard]] std::vector<std::int64_t> expected(const std::vector<Move>& moves) const {
    const std::size_t p = matrix.columns();
    std::vector<std::int64_t> sums(static_cast<std::size_t>(k) * multipliers.size(), 0);
    for (const auto& move : moves) {
      for (std::size_t j = 0; j < p; ++j) {
        const auto cell = move.tile[j * tile_rows + static_cast<std::size_t>(move.row)];
        const auto whole = scales[j].encode(move.weight * static_cast<double>(cell));
        sums[static_cast<std::size_t>(move.to) * multipliers.size() + j] += whole;
        if (move.from >= 0) sums[static_cast<std::size_t>(move.from) * multipliers.size() + j] -= whole;
      }
    }
    return sums;
  }

  [[nodiscard]] std::vector<std::int64_t> found(const std::vector<Move>& moves) const {
    std::vector<std::int64_t> sums(static_cast<std::size_t>(k) * multipliers.size(), 0);
    move_rows(moves, {matrix.columns(), multipliers.data(), sums.data()});
    return sums;
  }

  core::FeatureMatrix matrix;
  std::vector<core::FixedPoint> scales;
  std::vector<double> multipliers;
  std::mt19937 random{7};
  std::uniform_real_distribution<float> value{-3, 3};
};

TEST(MovingSums, AreThoseOfTheScalarCode) {
  for (const auto& target : core::targets()) {
    core::force_target(target);
    for (const std::size_t p : {1U, 3U, 4U, 7U, 8U, 13U, 32U, 63U, 64U, 65U, 100U, 130U}) {
      Case rows(9, p);
      for (const double share : {0.0, 0.05, 0.2, 0.3, 0.5, 1.0}) {
        const auto moves = rows.some(share);
        EXPECT_EQ(rows.found(moves), rows.expected(moves))
            << target << ", " << p << " features, share " << share;
      }
    }
  }
  core::force_target("");
}

TEST(MovingSums, OrderDoesNotMatter) {
  Case rows(20, 17);
  auto moves = rows.some(0.6);
  const auto expected = rows.expected(moves);
  std::shuffle(moves.begin(), moves.end(), rows.random);
  EXPECT_EQ(rows.found(moves), expected);
}

TEST(MovingSums, ThereAndBackAgainIsNothing) {
  Case rows(4, 32);
  auto moves = rows.some(1.0);
  for (auto& move : moves) move.from = (move.to + 1) % k;
  const auto there = moves;
  for (auto move : there) {
    std::swap(move.from, move.to);
    moves.push_back(move);
  }
  EXPECT_EQ(rows.found(moves), std::vector<std::int64_t>(static_cast<std::size_t>(k) * 32, 0));
}

}  // namespace
}  // namespace psychograph::kernel
