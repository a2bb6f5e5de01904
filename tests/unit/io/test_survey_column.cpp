// What columns the variables of a survey become.
#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "io/survey_column.hpp"

namespace psychograph::io {
namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

SurveyVariable variable() {
  SurveyVariable made;
  made.name = "q";
  return made;
}

SurveyColumn column_of(const SurveyVariable& source, const std::vector<double>& cells,
                       std::vector<SurveyLabel> labels = {}) {
  SurveyLook look(SurveyFormat::spss, source);
  for (const double cell : cells) look.see({cell, {}, 0});
  std::vector<std::string> notices;
  return look.settle(std::move(labels), notices);
}

SurveyType type_of(const std::vector<double>& cells) { return column_of(variable(), cells).type; }

TEST(SurveyColumn, HoldsWholeNumbersAsNarrowAsTheyAre) {
  EXPECT_EQ(type_of({-128, 127}), SurveyType::int8);
  EXPECT_EQ(type_of({-129}), SurveyType::int16);
  EXPECT_EQ(type_of({128, -32768}), SurveyType::int16);
  EXPECT_EQ(type_of({32768}), SurveyType::int32);
  EXPECT_EQ(type_of({2147483647}), SurveyType::int32);
  EXPECT_EQ(type_of({2147483648}), SurveyType::int64);
  EXPECT_EQ(type_of({0x1p53 - 1}), SurveyType::int64);
  EXPECT_EQ(type_of({0x1p53}), SurveyType::float64);
  EXPECT_EQ(type_of({1, 2, 0.5}), SurveyType::float64);
  EXPECT_EQ(type_of({1, 2, missing}), SurveyType::float64);
  EXPECT_EQ(type_of({missing}), SurveyType::float64);
}

TEST(SurveyColumn, KeepsWhatCountsAsMissing) {
  auto source = variable();
  source.missing_numbers = {{99, 99}, {-std::numeric_limits<double>::infinity(), -1}};
  const auto column = column_of(source, {1, 2, 99, -7, -7, -1, 3});
  EXPECT_EQ(column.type, SurveyType::int8);
  EXPECT_EQ(column.user_missing, 4);
  EXPECT_EQ(column.missing, 0);
  EXPECT_EQ(column.missing_numbers, (std::vector<double>{-7, -1, 99}));
}

TEST(SurveyColumn, GivesRangesOfManyValuesUp) {
  auto source = variable();
  source.missing_numbers = {{-1e9, -1}};
  std::vector<double> cells{1};
  for (int i = 1; i <= 1001; ++i) cells.push_back(-i);
  const auto column = column_of(source, cells);
  EXPECT_EQ(column.type, SurveyType::float64);
  EXPECT_TRUE(column.missing_numbers.empty());
  double stored = 0;
  std::byte bytes[8];
  ASSERT_TRUE(column.store({-5, {}, 0}, bytes));
  std::memcpy(&stored, bytes, sizeof stored);
  EXPECT_TRUE(std::isnan(stored));
}

TEST(SurveyColumn, TakesLabelledNamesForCategories) {
  auto source = variable();
  source.measure = SurveyMeasure::nominal;
  EXPECT_EQ(column_of(source, {1, 2, 3}, {{"1", "red"}}).kind, "categorical");
  EXPECT_EQ(column_of(source, {1, 2, 3}).kind, "");
  EXPECT_EQ(column_of(source, {0, 1, 1}, {{"1", "yes"}}).kind, "");
  source.measure = SurveyMeasure::ordinal;
  EXPECT_EQ(column_of(source, {1, 2, 3}).kind, "ordinal");
}

TEST(SurveyColumn, CountsMissingOnesThatHaveALetter) {
  SurveyLook look(SurveyFormat::stata, variable());
  look.see({1, {}, 0});
  look.see({missing, {}, 'a'});
  look.see({missing, {}, 0});
  std::vector<std::string> notices;
  const auto column = look.settle({}, notices);
  EXPECT_EQ(column.user_missing, 1);
  EXPECT_EQ(column.missing, 1);
}

TEST(SurveyColumn, IsADateOrSaysWhyNot) {
  auto source = variable();
  source.format = "DATE11";
  EXPECT_EQ(column_of(source, {13802313600, missing}).type, SurveyType::days);
  EXPECT_EQ(column_of(source, {13802313600, 13802313601}).type, SurveyType::seconds);
  SurveyLook look(SurveyFormat::spss, source);
  look.see({1e300, {}, 0});
  std::vector<std::string> notices;
  EXPECT_EQ(look.settle({}, notices).type, SurveyType::float64);
  EXPECT_EQ(notices.size(), 1U);
}

TEST(SurveyColumn, RefusesCellsThatItHasNotSeen) {
  const auto column = column_of(variable(), {1, 2});
  std::byte bytes[8];
  EXPECT_TRUE(column.store({2, {}, 0}, bytes));
  for (const double cell : {300.0, 1.5, missing}) EXPECT_FALSE(column.store({cell, {}, 0}, bytes)) << cell;
}

}  // namespace
}  // namespace psychograph::io
