// The frozen model survives its archive bit for bit, and units go there and back.
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "segments/archive.hpp"
#include "segments/model.hpp"

namespace psychograph::segments {
namespace {

SegmentModel example() {
  SegmentModel model;
  model.program_version = "0.1.0";
  model.ids = {3, 17};
  model.names = {"first", "second"};
  features::FittedFeature spend;
  spend.feature.name = "spend";
  spend.feature.columns = {"spend"};
  spend.feature.transform = spec::Transform::log1p;
  spend.feature.sentinels = {{{-9.0}, {0.1}}, {"unknown"}};
  spend.statistics = {5, 1, 1.0 / 3, 2.5, 0, 9, {}};
  spend.statistics.at_or_below = {1, 1, 2, 3, 4, 5, 5};
  spend.fill = 0.1;
  spend.offset = 1.7;
  spend.factor = 0.3;
  spend.centres = {-0.01};
  features::FittedFeature home;
  home.feature.name = "home";
  home.feature.kind = spec::Kind::categorical;
  home.feature.leveled = true;
  home.statistics.mean = std::numeric_limits<double>::quiet_NaN();
  home.levels = {{"own", 3, false}, {"a rented \"flat\"", 2, false}, {"(missing)", 1, true}};
  home.factor = std::sqrt(0.5);
  home.centres = {0.1, 0.2, 0.3};
  home.first_column = 1;
  home.alpha = 0.703;
  model.schema.features = {spend, home};
  model.centroids = core::Centroids(2, 4);
  for (std::size_t i = 0; i < 8; ++i) model.centroids.row(0)[i] = 1.0 / static_cast<double>(i + 3);
  return model;
}

TEST(SegmentModel, HasTheLeastFormatThatHoldsIt) {
  auto model = example();
  const auto ordinary = to_archive(model);
  model.schema.features[0].feature.sentinels.numbers.push_back(core::number_of((std::int64_t{1} << 53) + 1));
  const auto archive = to_archive(model);
  const auto numbers = from_archive(archive).schema.features[0].feature.sentinels.numbers;
  EXPECT_EQ(numbers, model.schema.features[0].feature.sentinels.numbers);
  EXPECT_EQ(to_archive(from_archive(archive)), archive);
  model.schema.features[0].feature.sentinels.numbers.pop_back();
  EXPECT_EQ(to_archive(model), ordinary);
}

TEST(SegmentModel, SurvivesItsArchive) {
  const auto model = example();
  const auto archive = to_archive(model);
  const auto read = from_archive(archive);
  EXPECT_EQ(to_archive(read), archive);
  EXPECT_EQ(read.centroids, model.centroids);
  EXPECT_EQ(read.ids, model.ids);
  EXPECT_EQ(read.names, model.names);
  EXPECT_EQ(read.schema.features[0].fill, 0.1);
  EXPECT_EQ(read.schema.features[0].statistics.at_or_below, model.schema.features[0].statistics.at_or_below);
  EXPECT_EQ(read.schema.features[0].feature.sentinels.texts, (std::vector<std::string>{"unknown"}));
  EXPECT_TRUE(std::isnan(read.schema.features[1].statistics.mean));
  EXPECT_EQ(read.schema.features[1].levels[1].name, "a rented \"flat\"");
  EXPECT_EQ(read.schema.features[1].alpha, 0.703);
}

TEST(SegmentModel, RefusesWhatIsNoArchive) {
  EXPECT_THROW((void)from_archive(""), core::Error);
  EXPECT_THROW((void)from_archive("22 serialization::archive"), core::Error);
  const auto archive = to_archive(example());
  EXPECT_THROW((void)from_archive(archive.substr(0, archive.size() / 2)), core::Error);
}

/// Written by version 0.1.0, when segments had no ids of their own. A model once written is read for ever.
TEST(SegmentModel, OfAnEarlierFormatIsRead) {
  std::ifstream file(PSYCHOGRAPH_TEST_DATA "/models/credit-1.archive", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  ASSERT_EQ(text.str().size(), 8072U);
  const auto model = from_archive(text.str());
  EXPECT_EQ(model.program_version, "0.1.0");
  EXPECT_EQ(model.ids, (std::vector<std::int32_t>{0, 1, 2, 3}));
  EXPECT_EQ(model.names.back(), "segment 3");
  EXPECT_EQ(model.schema.encoded_names().front(), "Income");
  const auto& income = model.schema.features.front().statistics;  // what it doesn't say is guessed
  EXPECT_EQ(income.at_or_below[3], std::llround(0.5 * static_cast<double>(income.count)));
  const auto units = model.schema.to_user_units(model.centroids.row(0));
  EXPECT_NEAR(units[0], 111.689868, 1e-5);
  EXPECT_NEAR(units[3], 1087.99792, 1e-4);
}

TEST(Schema, NamesItsEncodedColumns) {
  const auto names = example().schema.encoded_names();
  EXPECT_EQ(names,
            (std::vector<std::string>{"spend", "home=own", "home=a rented \"flat\"", "home=(missing)"}));
}

TEST(Schema, UserUnitsGoThereAndBack) {
  const auto schema = example().schema;
  const std::vector<double> user{12.5, 1, 0, 0};
  const auto centred = schema.to_centred(user.data());
  EXPECT_DOUBLE_EQ(centred[0], (std::log1p(12.5) - 1.7) * 0.3 + 0.01);
  EXPECT_DOUBLE_EQ(centred[1], std::sqrt(0.5) - 0.1);
  const auto back = schema.to_user_units(centred.data());
  for (std::size_t j = 0; j < user.size(); ++j) EXPECT_NEAR(back[j], user[j], 1e-12);
}

TEST(Sha256, IsTheStandards) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace psychograph::segments
