// The random numbers: Philox as published, uniform as claimed, and no number used twice.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace psychograph::core {
namespace {

constexpr std::uint64_t ones = std::numeric_limits<std::uint64_t>::max();

/// Enough single_draws that six standard errors are a tight bound, and a failure is no accident.
constexpr int single_draws = 1'000'000;
const double single_error = 1 / std::sqrt(static_cast<double>(single_draws));

TEST(RandomBits, IsPhilox4x32AsPublished) {
  // The first two known answers for "philox 4x32 10" in Random123's kat_vectors.
  const auto zeros = random_bits(0, Purpose{0}, 0, 0);
  EXPECT_EQ(zeros.first, 0xe169c58d6627e8d5U);
  EXPECT_EQ(zeros.second, 0x9b00dbd8bc57ac4cU);
  const auto all = random_bits(ones, Purpose{0xffffffffU}, 0xffffffffU, ones);
  EXPECT_EQ(all.first, 0x41c83b0e408f276dU);
  EXPECT_EQ(all.second, 0x6d5451fda20bc7c6U);
}

TEST(RandomBits, PutsEveryArgumentInItsOwnWord) {
  // The third: counter and key are digits of pi.
  const auto bits = random_bits(0x299f31d0a4093822U, Purpose{0x13198a2eU}, 0x03707344U, 0x85a308d3243f6a88U);
  EXPECT_EQ(bits.first, 0x94fdccebd16cfe09U);
  EXPECT_EQ(bits.second, 0x24126ea15001e420U);
}

TEST(RandomBits, DiffersBySeedPurposeStreamAndIndex) {
  std::vector<std::uint64_t> seen;
  const auto add = [&](RandomBits bits) { seen.insert(seen.end(), {bits.first, bits.second}); };
  for (std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32, ones}) {
    for (auto purpose = Purpose::seeding_first; purpose <= Purpose::generate_missing;
         purpose = Purpose{static_cast<std::uint32_t>(purpose) + 1}) {
      for (std::uint32_t stream : {0U, 1U, 7U}) {
        for (std::uint64_t index : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32, ones}) {
          add(random_bits(seed, purpose, stream, index));
        }
      }
    }
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

TEST(ToUnit, IsHalfOpen) {
  EXPECT_EQ(to_unit(0), 0.0);
  EXPECT_EQ(to_unit(std::uint64_t{1} << 63), 0.5);
  EXPECT_EQ(to_unit(ones), 1.0 - 0x1p-53);
}

TEST(ToUnit, IsUniform) {
  double sum = 0;
  double squares = 0;
  std::vector<int> tenths(10);
  for (int i = 0; i < single_draws; ++i) {
    const double u = to_unit(random_bits(3, Purpose::random_start, 0, static_cast<std::uint64_t>(i)).second);
    sum += u;
    squares += u * u;
    ++tenths[static_cast<std::size_t>(10 * u)];
  }
  EXPECT_NEAR(sum / single_draws, 1.0 / 2, 6 * std::sqrt(1.0 / 12) * single_error);
  EXPECT_NEAR(squares / single_draws, 1.0 / 3, 6 * std::sqrt(4.0 / 45) * single_error);
  for (const int count : tenths) EXPECT_NEAR(count / double{single_draws}, 0.1, 6 * 0.3 * single_error);
}

}  // namespace
}  // namespace psychograph::core
