// The sum of cells' hashes: every instruction set against the definition, and how well the hash mixes.
#include <algorithm>
#include <bit>
#include <limits>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "core/hash_sum.hpp"
#include "core/instruction_set.hpp"
#include "kernel/kernel.hpp"

namespace psychograph::core {
namespace {

constexpr Hash128 column{0x0123456789abcdefU, 0xfedcba9876543210U};

/// Modulo 2^128, cell after cell.
std::array<std::int64_t, 4> plain_sum(const std::vector<std::uint64_t>& words, std::uint64_t first_row) {
  __extension__ using Wide = unsigned __int128;
  Wide sum = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto hash = hash_cell(words[i], column, first_row + i);
    sum += (static_cast<Wide>(hash.high) << 64) + hash.low;
  }
  std::array<std::int64_t, 4> digits{};
  for (auto& digit : digits) {
    digit = static_cast<std::int64_t>(sum & 0xffffffffU);
    sum >>= 32;
  }
  return digits;
}

TEST(HashSum, IsTheDefinitionsOnEverySet) {
  std::mt19937_64 random(1);
  for (const std::size_t n : {0U, 1U, 7U, 8U, 9U, 100U, 4097U}) {
    std::vector<std::uint64_t> words(n);
    std::generate(words.begin(), words.end(), std::ref(random));
    for (const auto& target : core::targets()) {
      core::force_target(target);
      HashSum sum;
      sum.add(words, column, 12345678901);
      EXPECT_EQ(sum.digits(), plain_sum(words, 12345678901)) << target << ", " << n;
      // In two parts, the later one first.
      HashSum parts;
      const auto all = std::span<const std::uint64_t>(words);
      parts.add(all.subspan(n / 3), column, 12345678901 + n / 3);
      parts.add(all.first(n / 3), column, 12345678901);
      EXPECT_EQ(parts.digits(), sum.digits());
    }
  }
  core::force_target("");
}

TEST(HashSum, TakesNumbersByValue) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> numbers{0.0, -0.0, nan, -nan, 1.5, -3.0, 1e300, 0.0, nan, -0.0, 7.0};
  std::vector<std::uint64_t> words;
  for (const double x : numbers)
    words.push_back(x != x ? HashSum::missing : std::bit_cast<std::uint64_t>(x == 0 ? 0.0 : x));
  for (const auto& target : core::targets()) {
    core::force_target(target);
    HashSum sum;
    sum.add(std::span<const double>(numbers), column, 3);
    EXPECT_EQ(sum.digits(), plain_sum(words, 3)) << target;
  }
  core::force_target("");
}

int bits_that_differ(const Hash128& a, const Hash128& b) {
  return std::popcount(a.low ^ b.low) + std::popcount(a.high ^ b.high);
}

TEST(HashCell, EveryBitOfValueAndRowChangesHalfOfAllBits) {
  std::mt19937_64 random(2);
  constexpr int samples = 4000;
  for (unsigned bit = 0; bit < 64; ++bit) {
    int by_value = 0;
    int by_row = 0;
    for (int i = 0; i < samples; ++i) {
      // Values as they come: short numbers as doubles, whose lower bits are all zero. Rows below 2^40.
      const auto value =
          std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<float>(random() % 100000) / 8));
      const auto row = random() >> 24;
      const auto hash = hash_cell(value, column, row);
      by_value += bits_that_differ(hash, hash_cell(value ^ (std::uint64_t{1} << bit), column, row));
      by_row += bits_that_differ(hash, hash_cell(value, column, row ^ (std::uint64_t{1} << bit)));
    }
    EXPECT_NEAR(static_cast<double>(by_value) / samples, 64, 3) << "bit " << bit << " of the value";
    EXPECT_NEAR(static_cast<double>(by_row) / samples, 64, 3) << "bit " << bit << " of the row";
  }
}

TEST(HashCell, HasNoCollisionsAmongNeighbours) {
  std::set<std::uint64_t> low;
  std::set<std::uint64_t> high;
  for (std::uint64_t row = 0; row < 1000; ++row) {
    for (int value = 0; value < 100; ++value) {
      const auto hash = hash_cell(std::bit_cast<std::uint64_t>(static_cast<double>(value)), column, row);
      low.insert(hash.low);
      high.insert(hash.high);
    }
  }
  EXPECT_EQ(low.size(), 100000U);
  EXPECT_EQ(high.size(), 100000U);
}

}  // namespace
}  // namespace psychograph::core
