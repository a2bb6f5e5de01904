// What kind a feature is where the spec doesn't say: the file may.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "features/resolve.hpp"

namespace psychograph::features {
namespace {

/// The kind of the one feature of a column whose file says `kind`.
Feature feature_of(const std::string& kind, const spec::FeatureBlock& like = {}) {
  io::Table table;
  io::Column column;
  column.name = "q";
  column.type = io::ColumnType::integer;
  column.kind = kind;
  table.columns = {column};
  table.files.emplace_back().rows = 10;
  spec::Spec spec;
  spec.features = {like};
  spec.features.front().columns = {"q"};
  return resolve(table, spec).front();
}

TEST(Kinds, AreWhatTheFileSays) {
  EXPECT_EQ(feature_of("").kind, spec::Kind::numeric);
  EXPECT_EQ(feature_of("numeric").kind, spec::Kind::numeric);
  EXPECT_EQ(feature_of("ordinal").kind, spec::Kind::ordinal);
  EXPECT_EQ(feature_of("ordinal").missing, spec::Missing::median);
  EXPECT_EQ(feature_of("categorical").kind, spec::Kind::categorical);
  EXPECT_TRUE(feature_of("categorical").leveled);
  EXPECT_EQ(feature_of("nonsense").kind, spec::Kind::numeric);
}

TEST(Kinds, AreSeenToBeBinaryOnlyOfNumbers) {
  EXPECT_TRUE(feature_of("").missing_if_flags);
  EXPECT_TRUE(feature_of("numeric").missing_if_flags);
  EXPECT_FALSE(feature_of("ordinal").missing_if_flags);
  EXPECT_FALSE(feature_of("categorical").missing_if_flags);
}

TEST(Kinds, AreWhatTheSpecSaysFirst) {
  spec::FeatureBlock block;
  block.kind = spec::Kind::numeric;
  EXPECT_EQ(feature_of("categorical", block).kind, spec::Kind::numeric);
  block.kind.reset();
  block.scale = spec::Scale::minmax;
  EXPECT_EQ(feature_of("categorical", block).kind, spec::Kind::numeric);
  EXPECT_EQ(feature_of("ordinal", block).kind, spec::Kind::ordinal);
}

TEST(Kinds, OfColumnsThatAreDescribedAlone) {
  io::Table table;
  io::Column column;
  column.name = "q";
  column.type = io::ColumnType::integer;
  column.kind = "categorical";
  table.columns = {column};
  table.files.emplace_back().rows = 10;
  spec::Spec spec;
  spec.describe_only = {"q"};
  const auto described = resolve(table, spec).front();
  EXPECT_FALSE(described.clustered);
  EXPECT_TRUE(described.leveled);
  EXPECT_EQ(described.missing, spec::Missing::level);
}

}  // namespace
}  // namespace psychograph::features
