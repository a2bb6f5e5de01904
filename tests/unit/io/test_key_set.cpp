// Keys and their numbers against a map.
#include <cstdint>
#include <map>
#include <optional>

#include <gtest/gtest.h>
#include <random>

#include "io/key_set.hpp"

namespace psychograph::io {
namespace {

using core::Hash128;

void expect_like_a_map(std::size_t inserts, std::uint64_t range, KeySet& set) {
  std::mt19937_64 random(inserts);
  const auto draw = [&] { return Hash128{random() % 3, random() % range}; };
  std::map<Hash128, std::size_t> oracle;
  for (std::size_t i = 0; i < inserts; ++i) {
    const auto key = draw();
    const auto [wanted, is_new] = oracle.try_emplace(key, oracle.size());
    const auto place = set.insert(key);
    ASSERT_EQ(place.is_new, is_new);
    ASSERT_EQ(place.number, wanted->second);
  }
  EXPECT_EQ(set.size(), oracle.size());
  for (std::size_t i = 0; i < inserts; ++i) {
    const auto key = draw();
    const auto wanted = oracle.find(key);
    ASSERT_EQ(set.find(key), wanted == oracle.end() ? std::nullopt : std::optional(wanted->second));
  }
}

TEST(KeySet, NumbersKeysInTheOrderTheyComeIn) {
  for (const std::size_t inserts : {0UL, 1UL, 11UL, 12UL, 13UL, 100UL, 5000UL, 100000UL}) {
    KeySet set;
    expect_like_a_map(inserts, inserts / 2 + 1, set);
  }
}

TEST(KeySet, IsEmptyAfterClearing) {
  KeySet set;
  expect_like_a_map(5000, 4000, set);
  set.clear();
  EXPECT_EQ(set.size(), 0U);
  EXPECT_FALSE(set.find({1, 1}));
  expect_like_a_map(3000, 10'000, set);
}

/// No key is special, not even the one that an empty slot looks like.
TEST(KeySet, HoldsZero) {
  KeySet set;
  EXPECT_FALSE(set.find({0, 0}));
  EXPECT_TRUE(set.insert({0, 0}).is_new);
  EXPECT_EQ(set.find({0, 0}), std::optional<std::size_t>(0));
}

}  // namespace
}  // namespace psychograph::io
