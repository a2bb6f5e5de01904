#include <vector>

#include <gtest/gtest.h>
#include <random>

#include "playbook/entries.hpp"

namespace psychograph::playbook {
namespace {

constexpr std::size_t segments = 5;
constexpr std::size_t options = 6;

Blocks six_options() {
  Blocks blocks;
  blocks.columns.resize(options);
  Block block;
  for (std::size_t o = 0; o < options; ++o) {
    block.told.options.push_back(std::string(1, static_cast<char>('a' + o)));
    block.columns.push_back(o);
    block.exposed.push_back(no_column);
    block.consent.push_back(no_column);
  }
  blocks.blocks.push_back(block);
  return blocks;
}

/// Option o is used with probability chances[o], in segment `moved` by `more` more.
std::vector<BlockCounts> draw(std::mt19937_64& random, const std::vector<double>& chances, std::size_t moved,
                              double more) {
  BlockCounts counts;
  counts.options.resize((segments + 1) * options);
  counts.sizes.assign(segments + 1, 0);
  counts.patterns.resize(segments + 1);
  for (std::size_t g = 0; g < segments; ++g) {
    const auto size = static_cast<std::int64_t>(200 * (g + 1));
    for (const auto group : {g, segments}) counts.sizes[group] += size;
    for (std::size_t o = 0; o < options; ++o) {
      std::binomial_distribution<std::int64_t> used(size, chances[o] + (g == moved && o == 0 ? more : 0));
      const auto count = used(random);
      for (const auto group : {g, segments}) {
        counts.options[group * options + o].exposed += size;
        counts.options[group * options + o].used += count;
      }
    }
  }
  return {counts};
}

std::vector<Entry> entries_of(const Blocks& blocks, const std::vector<BlockCounts>& counts) {
  return make_entries(
      {blocks, counts, std::vector<bool>(options, false), std::vector<std::int64_t>(segments, -1)});
}

TEST(Entries, WhereNothingIsDifferentFewTablesSaySo) {
  std::mt19937_64 random(7);
  const auto blocks = six_options();
  constexpr int tables = 1000;
  int wrong = 0;
  for (int t = 0; t < tables; ++t) {
    const auto entries = entries_of(blocks, draw(random, {0.05, 0.1, 0.2, 0.3, 0.5, 0.8}, segments, 0));
    wrong += std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
      return entry.verdict == "more than elsewhere" || entry.verdict == "less than elsewhere";
    });
  }
  EXPECT_LE(wrong, 60);
  EXPECT_GT(wrong, 5);  // no test that never finds anything
}

TEST(Entries, WhatIsPlantedIsFound) {
  std::mt19937_64 random(8);
  const auto blocks = six_options();
  int found = 0;
  int wrong = 0;
  int all = 0;
  for (int t = 0; t < 1000; ++t) {
    for (const auto& entry : entries_of(blocks, draw(random, {0.1, 0.1, 0.2, 0.3, 0.5, 0.8}, 3, 0.12))) {
      const bool more = entry.verdict == "more than elsewhere";
      if (!more && entry.verdict != "less than elsewhere") continue;
      ++all;
      wrong += entry.option != 0 ? 1 : 0;  // of option 0 the others are less
      found += more && entry.group == 3 && entry.option == 0 ? 1 : 0;
    }
  }
  EXPECT_GE(found, 990);
  EXPECT_LE(wrong, 0.06 * all);
}

TEST(Entries, OfFewNothingIsSaid) {
  const auto blocks = six_options();
  std::mt19937_64 random(9);
  auto counts = draw(random, std::vector<double>(options, 0.5), 0, 0);
  counts[0].options[0] = {.exposed = 12, .used = 12};
  const auto entries = entries_of(blocks, counts);
  EXPECT_EQ(entries.front().verdict, "too few to tell");
  EXPECT_EQ(entries.front().grade, "too few");
  EXPECT_TRUE(std::isnan(entries.front().p));
}

TEST(Reach, IsTheBestOfAllSets) {
  BlockCounts counts;
  counts.options.resize(2 * 3);
  counts.sizes = {100, 100};
  // 50 by b alone, 30 by a and c, 20 by none; a alone 0.
  const Patterns patterns{{0b010, 50}, {0b101, 30}, {0b000, 20}};
  counts.patterns = {patterns, patterns};
  const auto reach = find_reach({counts});
  ASSERT_EQ(reach.size(), 4U);  // two sizes in two groups: a third option reaches nobody else
  EXPECT_EQ(reach[0].options, (std::vector<std::size_t>{1}));
  EXPECT_EQ(reach[0].customers, 50);
  EXPECT_EQ(reach[1].options, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(reach[1].customers, 80);
  EXPECT_EQ(reach[1].base, 100);
  EXPECT_TRUE(reach[1].exact);
}

}  // namespace
}  // namespace psychograph::playbook
