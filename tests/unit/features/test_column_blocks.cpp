// Which encoded columns belong to one feature.
#include <gtest/gtest.h>

#include "features/schema.hpp"

namespace psychograph::features {
namespace {

FittedFeature feature(std::size_t first_column, std::size_t levels, bool clustered = true) {
  FittedFeature fitted;
  fitted.feature.clustered = clustered;
  if (levels > 0) fitted.feature.kind = spec::Kind::categorical;
  fitted.feature.leveled = levels > 0;
  fitted.centres.assign(levels > 0 ? levels : 1, 0.25);
  fitted.first_column = first_column;
  fitted.levels.resize(levels);
  return fitted;
}

TEST(ColumnBlocks, AreOneForEachClusteredFeature) {
  const Schema schema{{feature(0, 0), feature(1, 3), feature(4, 0), feature(0, 2, false)}};
  const std::vector<core::ColumnBlock> expected{{0, 1, false}, {1, 3, true}, {4, 1, false}};
  const auto blocks = column_blocks(schema);
  ASSERT_EQ(blocks.size(), expected.size());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    EXPECT_EQ(blocks[b].first, expected[b].first);
    EXPECT_EQ(blocks[b].count, expected[b].count);
    EXPECT_EQ(blocks[b].leveled, expected[b].leveled);
    EXPECT_EQ(blocks[b].step, expected[b].leveled ? 1 : 0);
    EXPECT_EQ(blocks[b].zeros, std::vector<double>(expected[b].leveled ? 3 : 0, -0.25));
  }
  EXPECT_EQ(schema.width(), 5U);
}

}  // namespace
}  // namespace psychograph::features
