// The frozen model survives its archive bit for bit, and units go there and back.
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/figure.hpp"
#include "results/archive.hpp"
#include "results/model.hpp"

namespace psychograph::results {
namespace {

core::Centroids& centroids_of(SegmentModel& model) {
  return std::get<cluster::CentroidModel>(model.clusters).centroids;
}

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
  spend.statistics = {5, 1, 1.0 / 3, 2.5, 0, 9, {0, 0, 0.5, 1, 2, 9, 9}, {}};
  spend.statistics.at_or_below = {1, 1, 2, 3, 4, 5, 5};
  spend.fill = 0.1;
  spend.offset = 1.7;
  spend.factor = 0.3;
  spend.centres = {-0.01};
  features::FittedFeature home;
  home.feature.name = "home";
  home.feature.columns = {"home"};
  home.feature.scale = spec::Scale::none;
  home.feature.missing = spec::Missing::level;
  home.feature.kind = spec::Kind::categorical;
  home.feature.leveled = true;
  home.statistics.count = 5;
  home.statistics.missing = 1;
  home.statistics.mean = std::numeric_limits<double>::quiet_NaN();
  home.levels = {{"own", 3, false}, {"a rented \"flat\"", 2, false}, {"(missing)", 1, true}};
  home.factor = std::sqrt(0.5);
  home.centres = {0.1, 0.2, 0.3};
  home.first_column = 1;
  home.alpha = 0.703;
  model.schema.features = {spend, home};
  centroids_of(model) = core::Centroids(2, 4);
  for (std::size_t i = 0; i < 8; ++i) centroids_of(model).row(0)[i] = 1.0 / static_cast<double>(i + 3);
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
  EXPECT_EQ(read.clusters, model.clusters);
  EXPECT_EQ(read.ids, model.ids);
  EXPECT_EQ(read.names, model.names);
  EXPECT_EQ(read.schema.features[0].fill, 0.1);
  EXPECT_EQ(read.schema.features[0].statistics.at_or_below, model.schema.features[0].statistics.at_or_below);
  EXPECT_EQ(read.schema.features[0].feature.sentinels.texts, (std::vector<std::string>{"unknown"}));
  EXPECT_TRUE(std::isnan(read.schema.features[1].statistics.mean));
  EXPECT_EQ(read.schema.features[1].levels[1].name, "a rented \"flat\"");
  EXPECT_EQ(read.schema.features[1].alpha, 0.703);
}

/// A model that is damaged in one way, and what is said of it.
struct Damage {
  const char* words;
  std::function<void(SegmentModel&)> change;
};

void expect_refused(const std::vector<Damage>& damages) {
  for (const auto& [words, change] : damages) {
    auto model = example();
    change(model);
    EXPECT_NE(find_fault(model).find(words), std::string::npos) << words << ": " << find_fault(model);
    try {
      (void)from_archive(to_archive(model));
      ADD_FAILURE() << words;
    } catch (const core::Error& error) {
      EXPECT_EQ(error.code(), core::ExitCode::data);
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
}

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(SegmentModel, IsRefusedWhereItsPartsDisagree) {
  EXPECT_EQ(find_fault(example()), "");
  expect_refused({
      {"3 columns, and its features 4", [](auto& m) { centroids_of(m) = core::Centroids(2, 3); }},
      {"5 columns, and its features 4", [](auto& m) { centroids_of(m) = core::Centroids(2, 5); }},
      {"3 segments, 2 ids", [](auto& m) { centroids_of(m) = core::Centroids(3, 4); }},
      {"1 ids and 2 names", [](auto& m) { m.ids = {3}; }},
      {"2 ids and 1 names", [](auto& m) { m.names.pop_back(); }},
      {"not rising",
       [](auto& m) {
         m.ids = {3, 3};
       }},
      {"not rising",
       [](auto& m) {
         m.ids = {17, 3};
       }},
      {"not rising",
       [](auto& m) {
         m.ids = {-1, 3};
       }},
      {"not rising",
       [](auto& m) {
         m.ids = {3, 2147483647};
       }},
      {"centroid 1 is nan in column 2", [](auto& m) { centroids_of(m).at(1, 2) = core::not_a_number; }},
      {"centroid 0 is inf in column 0", [](auto& m) { centroids_of(m).at(0, 0) = infinity; }},
      {"centroid 0 is 1e+30", [](auto& m) { centroids_of(m).at(0, 0) = 1e30; }},
      {"no features", [](auto& m) { m.schema.features.clear(); }},
      {"\"home\": it is there twice", [](auto& m) { m.schema.features[0].feature.name = "home"; }},
      {"its first column is 2", [](auto& m) { m.schema.features[1].first_column = 2; }},
      {"stands behind one that is not", [](auto& m) { m.schema.features[0].feature.clustered = false; }},
  });
}

TEST(SegmentModel, IsRefusedWhereAFeatureIsNone) {
  const auto feature = [](std::size_t f, auto change) {
    return [=](SegmentModel& m) { change(m.schema.features[f].feature); };
  };
  expect_refused({
      {"facet is not known", feature(0, [](auto& f) { f.facet = static_cast<spec::Facet>(4); })},
      {"kind is not known", feature(0, [](auto& f) { f.kind = static_cast<spec::Kind>(-1); })},
      {"transform is not known", feature(0, [](auto& f) { f.transform = static_cast<spec::Transform>(3); })},
      {"scale is not known", feature(0, [](auto& f) { f.scale = static_cast<spec::Scale>(1 << 30); })},
      {"missing cells is not known", feature(0, [](auto& f) { f.missing = static_cast<spec::Missing>(7); })},
      {"categorical, and has no levels", feature(1, [](auto& f) { f.leveled = false; })},
      {"it has levels, and is numeric", feature(0, [](auto& f) { f.leveled = true; })},
      {"it has levels, and is a construct", feature(1, [](auto& f) { f.construct = true; })},
      {"no transform", feature(1, [](auto& f) { f.transform = spec::Transform::sqrt; })},
      {"it is not categorical", feature(0, [](auto& f) { f.missing = spec::Missing::level; })},
      {"it has 0 columns", feature(0, [](auto& f) { f.columns.clear(); })},
      {"it has 2 columns", feature(0, [](auto& f) { f.columns.resize(2); })},
      {"2 that may be reversed", feature(0,
                                         [](auto& f) {
                                           f.reversed = {false, true};
                                         })},
      {"its range is 0 to 0", feature(0, [](auto& f) { f.reversed = {true}; })},
      {"its range is 5 to 1", feature(0, [](auto& f) { f.ranged = true, f.lowest = 5, f.highest = 1; })},
      {"its weight is 0", feature(0, [](auto& f) { f.weight = 0; })},
      {"its weight is nan", feature(1, [](auto& f) { f.weight = core::not_a_number; })},
  });
}

TEST(SegmentModel, IsRefusedWhereWhatWasFittedCantBe) {
  const auto fitted = [](std::size_t f, auto change) {
    return [=](SegmentModel& m) { change(m.schema.features[f]); };
  };
  expect_refused({
      {"-1 cells are there", fitted(0, [](auto& f) { f.statistics.count = -1; })},
      {"9223372036854775807 missing",
       fitted(0, [](auto& f) { f.statistics.missing = std::numeric_limits<std::int64_t>::max(); })},
      {"its mean is inf", fitted(0, [](auto& f) { f.statistics.mean = infinity; })},
      {"its deviation -1", fitted(0, [](auto& f) { f.statistics.sd = -1; })},
      {"its values are from 10 to 9", fitted(0, [](auto& f) { f.statistics.min = 10; })},
      {"its quantiles are", fitted(0, [](auto& f) { f.statistics.quantiles[3] = core::not_a_number; })},
      {"its quantiles are", fitted(0, [](auto& f) { f.statistics.quantiles[3] = 0.25; })},
      {"its quantiles are", fitted(0, [](auto& f) { f.statistics.quantiles[6] = 10; })},
      {"of 5 cells", fitted(0, [](auto& f) { f.statistics.at_or_below[6] = 6; })},
      {"of 5 cells", fitted(0, [](auto& f) { f.statistics.at_or_below[0] = -1; })},
      {"scaled by 0", fitted(0, [](auto& f) { f.factor = 0; })},
      {"scaled by -0.3", fitted(0, [](auto& f) { f.factor = -0.3; })},
      {"from inf", fitted(0, [](auto& f) { f.offset = infinity; })},
      {"1 columns, whose centres are nan", fitted(0, [](auto& f) { f.centres = {core::not_a_number}; })},
      {"1 columns, whose centres are", fitted(0, [](auto& f) { f.centres = {}; })},
      {"3 columns, whose centres are", fitted(1, [](auto& f) { f.centres.pop_back(); })},
      {"filled with nan", fitted(0, [](auto& f) { f.fill = core::not_a_number; })},
      {"filled with -3", fitted(0, [](auto& f) { f.fill = -3; })},  // log1p
      {"can't be encoded", fitted(0, [](auto& f) { f.factor = 1e30; })},
      {"it has 1 levels, and holds numbers", fitted(0, [](auto& f) { f.levels.resize(1); })},
      {"\"own\" twice", fitted(1, [](auto& f) { f.levels[1].name = "own"; })},
      {"not the last", fitted(1, [](auto& f) { f.levels[0].missing = true; })},
      {"none by its rule", fitted(1, [](auto& f) { f.feature.missing = spec::Missing::mode; })},
      {"filled with level 2 of 2", fitted(1, [](auto& f) { f.fill = 2; })},
      {"filled with level 0.5", fitted(1, [](auto& f) { f.fill = 0.5; })},
      {"filled with level nan", fitted(1, [](auto& f) { f.fill = core::not_a_number; })},
      {"has -1 customers", fitted(1, [](auto& f) { f.levels[0].count = -1; })},
      {"its levels have 5 customers, of 5", fitted(1, [](auto& f) { f.levels[0].count = 2; })},
      {"1 cells are missing, and 2",
       fitted(1, [](auto& f) { f.levels[2].count = 2, f.levels[0].count = 2; })},
      {"nobody has a value", fitted(0, [](auto& f) { f.statistics.count = 0; })},
  });
}

/// What an archive claims to hold is not asked for before it is there.
TEST(SegmentModel, OfClaimsThatNothingHoldsIsNone) {
  const auto archive = to_archive(example());
  const std::string names = " 2 0 5 first 6 second";
  const auto place = archive.find(names);
  ASSERT_NE(place, std::string::npos);
  for (const std::string claim :
       {" 4611686018427387904 0 5 first 6 second", " 2 0 4611686018427387904 first 6 second",
        " 2 0 99999 first 6 second", " 2 0 -1 first 6 second", " -1 0 5 first 6 second"}) {
    auto text = archive;
    EXPECT_THROW((void)from_archive(text.replace(place, names.size(), claim)), core::Error) << claim;
  }
  const std::string size = " 2 4 ";  // k p
  for (const std::string claim : {" 4611686018427387904 4 ", " 4294967296 4294967296 ", " 0 4 ", " 2 0 "}) {
    auto text = archive;
    EXPECT_THROW((void)from_archive(text.replace(text.rfind(size), size.size(), claim)), core::Error)
        << claim;
  }
  EXPECT_THROW((void)from_archive(archive + " 1"), core::Error);
  EXPECT_NO_THROW((void)from_archive(archive + "\n"));
}

TEST(SegmentModel, OfAFormatThatIsNoneOfOursIsRefused) {
  const auto archive = to_archive(example());
  const std::string format = " 3 5 0.1.0";
  ASSERT_NE(archive.find(format), std::string::npos);
  for (const auto& [claim, words] :
       {std::pair{" 0 5 0.1.0", "no format"}, {" 99 5 0.1.0", "later version"}}) {
    auto text = archive;
    text.replace(text.find(format), format.size(), claim);
    try {
      (void)from_archive(text);
      ADD_FAILURE() << claim;
    } catch (const core::Error& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
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
  const auto units = model.schema.to_user_units(model.centres().row(0));
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
}  // namespace psychograph::results
