#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/figure.hpp"
#include "features/composite.hpp"

namespace psychograph::features {
namespace {

constexpr double missing = core::not_a_number;

TEST(RowMoments, AreOfTheAnswersThatAreThere) {
  const std::vector<double> answers{1, 0.1, 2,       missing,  // [3 items, 4 rows]
                                    2, 0.1, missing, missing, 6, 0.1, 4, 5};
  RowMoments moments;
  moments.find(answers, 3);
  EXPECT_EQ(moments.mean[0], 3);
  EXPECT_DOUBLE_EQ(moments.sd[0], std::sqrt((4.0 + 1 + 9) / 2));
  EXPECT_EQ(moments.mean[1], 0.1);  // 0.1 + 0.1 + 0.1 is not three times as much
  EXPECT_EQ(moments.sd[1], 0);
  EXPECT_EQ(moments.mean[2], 3);
  EXPECT_DOUBLE_EQ(moments.sd[2], std::sqrt(2.0));
  EXPECT_TRUE(std::isnan(moments.mean[3]));  // one of three
}

Feature item(const std::string& name, spec::Row row) {
  Feature feature;
  feature.name = name;
  feature.columns = {"a", "b"};
  feature.row = row;
  return feature;
}

TEST(CompositeValues, OfABlockComeFromOneLookAtItsAnswers) {
  const std::vector<Feature> features{item("a", spec::Row::standardize), item("b", spec::Row::standardize),
                                      item("b", spec::Row::center)};
  const Blocks blocks(features.size(), [&](std::size_t f) -> const Feature& { return features[f]; });
  EXPECT_EQ(blocks.first_of(1), 0U);
  EXPECT_TRUE(blocks.is_first(2));
  const std::vector<double> answers{1, 3, 5, 3};  // [2 items, 2 rows]
  RowMoments moments;
  std::vector<double> out(2);
  composite_values(features[0], answers, true, moments, out);
  EXPECT_DOUBLE_EQ(out[0], -2 / std::sqrt(8.0));
  EXPECT_EQ(out[1], 0);
  composite_values(features[1], answers, false, moments, out);
  EXPECT_DOUBLE_EQ(out[0], 2 / std::sqrt(8.0));
  composite_values(features[2], answers, true, moments, out);
  EXPECT_EQ(out[0], 2);
}

}  // namespace
}  // namespace psychograph::features
