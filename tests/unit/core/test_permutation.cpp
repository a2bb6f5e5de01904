// A permutation that is never stored: every number once, another order for each key, and no order to be seen.
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "core/permutation.hpp"

namespace psychograph::core {
namespace {

std::vector<std::int64_t> all(const Permutation& permutation, std::int64_t size) {
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < size; ++i) out.push_back(permutation(i));
  return out;
}

void expect_every_number_once(std::int64_t size, std::uint64_t seed) {
  std::vector<int> seen(static_cast<std::size_t>(size));
  for (const auto place : all(Permutation(seed, Purpose::generate_order, 2, size), size)) {
    ASSERT_GE(place, 0) << size;
    ASSERT_LT(place, size) << size;
    ASSERT_EQ(++seen[static_cast<std::size_t>(place)], 1) << place << " of " << size;
  }
}

TEST(Permutation, HasEveryNumberOnce) {
  for (std::int64_t size = 0; size < 300; ++size) expect_every_number_once(size, 42);
  for (const std::int64_t size : {1023, 1024, 1025, 4095, 4096, 4097, 65'536, 100'003}) {
    expect_every_number_once(size, 42);
    expect_every_number_once(size, 0);
  }
}

TEST(Permutation, DependsOnSeedPurposeAndStream) {
  constexpr std::int64_t size = 1000;
  const auto first = all(Permutation(1, Purpose::generate_order, 2, size), size);
  EXPECT_EQ(first, all(Permutation(1, Purpose::generate_order, 2, size), size));
  for (const auto& other :
       {Permutation(2, Purpose::generate_order, 2, size), Permutation(1, Purpose::generate_mover, 2, size),
        Permutation(1, Purpose::generate_order, 3, size)}) {
    int same = 0;
    const auto places = all(other, size);
    for (std::size_t i = 0; i < places.size(); ++i) same += places[i] == first[i] ? 1 : 0;
    EXPECT_LT(same, 12);  // 1 is to be expected
  }
}

TEST(Permutation, LeavesNoOrderBehind) {
  constexpr std::int64_t size = 100'000;
  const auto places = all(Permutation(7, Purpose::generate_order, 2, size), size);
  double along = 0;       // correlation of a place with what lies there
  double neighbours = 0;  // and of neighbours
  const double middle = (static_cast<double>(size) - 1) / 2;
  const double variance = static_cast<double>(size) * static_cast<double>(size) / 12;
  for (std::size_t i = 1; i < places.size(); ++i) {
    const double here = static_cast<double>(places[i]) - middle;
    along += here * (static_cast<double>(i) - middle);
    neighbours += here * (static_cast<double>(places[i - 1]) - middle);
  }
  const double bound = 6 / std::sqrt(static_cast<double>(size));
  EXPECT_NEAR(along / variance / static_cast<double>(size), 0, bound);
  EXPECT_NEAR(neighbours / variance / static_cast<double>(size), 0, bound);
}

TEST(Permutation, StaysWithinVeryLargeSizes) {
  for (const std::int64_t size : {(std::int64_t{1} << 40) + 1, (std::int64_t{1} << 57) - 1}) {
    const Permutation permutation(3, Purpose::generate_order, 2, size);
    for (std::int64_t i = 0; i < 1000; ++i) {
      for (const auto place : {i, size - 1 - i}) {
        EXPECT_GE(permutation(place), 0);
        EXPECT_LT(permutation(place), size);
      }
    }
  }
}

}  // namespace
}  // namespace psychograph::core
