// Which encoded columns belong to one feature.
#include <gtest/gtest.h>

#include "features/schema.hpp"

namespace psychograph::features {
namespace {

FittedFeature feature(std::size_t first_column, std::size_t levels, bool clustered = true) {
  FittedFeature fitted;
  fitted.feature.clustered = clustered;
  if (levels > 0) fitted.feature.kind = spec::Kind::categorical;
  fitted.first_column = first_column;
  fitted.levels.resize(levels);
  return fitted;
}

TEST(ColumnBlocks, AreOneForEachClusteredFeature) {
  const Schema schema{{feature(0, 0), feature(1, 3), feature(4, 0), feature(0, 2, false)}};
  const std::vector<core::ColumnBlock> expected{{0, 1, false}, {1, 3, true}, {4, 1, false}};
  EXPECT_EQ(column_blocks(schema), expected);
  EXPECT_EQ(schema.width(), 5U);
}

}  // namespace
}  // namespace psychograph::features
