// The spec: what is read, and what every bad value is told.
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "spec/parse.hpp"
#include "spec/suggest.hpp"

namespace psychograph::spec {
namespace {

constexpr const char* good = R"(
[input]
files = ["a.h5"]
[[features]]
columns = ["x"]
[cluster]
k = 3
)";

Spec parse_with(const std::vector<Override>& overrides) {
  return parse(good, "s.toml", overrides, Purpose::segment);
}

std::string message_of(const std::string& text, Purpose purpose = Purpose::segment) {
  try {
    (void)parse(text, "s.toml", {}, purpose);
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ExitCode::usage);
    return error.what();
  }
  return "no error";
}

std::string message_of_set(const std::string& key, const std::string& value) {
  try {
    (void)parse_with({{key, value}});
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ExitCode::usage);
    return error.what();
  }
  return "no error";
}

TEST(Spec, HasTheDocumentedDefaults) {
  const auto spec = parse_with({});
  EXPECT_EQ(spec.input.table, "/customers");
  EXPECT_EQ(spec.cluster.seed, 42U);
  EXPECT_EQ(spec.cluster.restarts, 8);
  EXPECT_EQ(spec.cluster.max_iterations, 300);
  EXPECT_EQ(spec.cluster.tolerance, 0.0);
  EXPECT_EQ(spec.cluster.init, Init::kmeans_parallel);
  EXPECT_FALSE(spec.cluster.refine);
  EXPECT_EQ(spec.output_path, "segments.h5");
  EXPECT_EQ(spec.features.at(0).facet, Facet::behavioral);
  EXPECT_EQ(spec.features.at(0).weight, 1.0);
}

TEST(Spec, OverridesAnyKey) {
  const auto spec = parse_with({{"cluster.k", "7"},
                                {"features.0.scale", "robust"},
                                {"features.0.columns", R"(["y", "z"])"},
                                {"output.path", "elsewhere.h5"},
                                {"cluster.init", "start.h5"}});
  EXPECT_EQ(spec.cluster.k, 7);
  EXPECT_EQ(spec.features.at(0).scale, Scale::robust);
  EXPECT_EQ(spec.features.at(0).columns, (std::vector<std::string>{"y", "z"}));
  EXPECT_EQ(spec.output_path, "elsewhere.h5");
  EXPECT_EQ(spec.cluster.init, Init::file);
}

TEST(Spec, LeavesTheOutputOutOfTheEffectiveText) {
  const auto spec = parse_with({{"output.path", "elsewhere.h5"}, {"cluster.k", "9"}});
  EXPECT_EQ(spec.effective.find("output"), std::string::npos);
  EXPECT_NE(spec.effective.find("k = 9"), std::string::npos);
  EXPECT_EQ(parse(spec.effective, "effective", {}, Purpose::segment).cluster.k, 9);
}

TEST(Spec, KeepsEveryDigitOfMissingValues) {
  const auto spec = parse_with({{"input.missing_values", "[-9999.9, 9007199254740993, \"?\", 1e20]"},
                                {"features.0.missing_values", "[-9223372036854775808, 0.1]"}});
  const std::vector<core::Number> numbers{{-9999.9}, {0x1p53, 1}, {1e20}};
  EXPECT_EQ(spec.input.missing_values.numbers, numbers);
  EXPECT_EQ(spec.input.missing_values.texts, std::vector<std::string>{"?"});
  EXPECT_EQ(spec.features[0].missing_values.numbers, (std::vector<core::Number>{{-0x1p63}, {0.1}}));
  const auto again = parse(spec.effective, "effective", {}, Purpose::segment);
  EXPECT_EQ(again.input.missing_values.numbers, numbers);
  EXPECT_EQ(again.features[0].missing_values.numbers, spec.features[0].missing_values.numbers);
  const auto all = united(spec.input.missing_values, {{{0.5}, {1e20}}, {"?", "!"}});
  EXPECT_EQ(all.numbers.size(), 4U);
  EXPECT_EQ(all.texts, (std::vector<std::string>{"?", "!"}));
}

TEST(Spec, NamesLineAndNearestForAnUnknownKey) {
  const auto message = message_of(std::string(good) + "max_iteration = 3\n");
  EXPECT_NE(message.find("s.toml:8: cluster.max_iteration: unknown key"), std::string::npos) << message;
  EXPECT_NE(message.find("\"max_iterations\""), std::string::npos) << message;
}

struct Bad {
  const char* key;
  const char* value;
  const char* expected;
};
void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.key << " = " << bad.value; }

class BadValue : public testing::TestWithParam<Bad> {};

TEST_P(BadValue, IsAnErrorThatNamesTheKey) {
  const auto message = message_of_set(GetParam().key, GetParam().value);
  EXPECT_NE(message.find(GetParam().key), std::string::npos) << message;
  EXPECT_NE(message.find(GetParam().expected), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    EveryParameter, BadValue,
    testing::Values(
        Bad{"input.files", "3", "expected a list"}, Bad{"input.files", "[3]", "expected a list of strings"},
        Bad{"input.table", "customers", "starts with /"}, Bad{"input.table", "7", "expected a string"},
        Bad{"input.id", "1", "expected a string"}, Bad{"input.weight", "1", "expected a string"},
        Bad{"input.missing_values", "[true]", "expected numbers and strings"},
        Bad{"features.0.columns", "[]", "at least one column"},
        Bad{"features.0.missing_values", "99", "expected a list"},
        Bad{"features.0.missing_values", "[false]", "expected numbers and strings"},
        Bad{"describe_only.missing_values", "[{}]", "expected numbers and strings"},
        Bad{"features.0.facet", "psychograpic", "did you mean \"psychographic\""},
        Bad{"features.0.kind", "nominal", "is not one of numeric, ordinal"},
        Bad{"features.0.transform", "log", "is not one of none, log1p, sqrt"},
        Bad{"features.0.scale", "z-score", "did you mean \"zscore\""},
        Bad{"features.0.missing", "average", "is not one of mean"},
        Bad{"features.0.weight", "-1", "out of range"}, Bad{"features.0.weight", "0", "describe_only"},
        Bad{"features.0.weight", "nan", "out of range"}, Bad{"cluster.k", "0", "out of range"},
        Bad{"cluster.k", "2.5", "expected a whole number"},
        Bad{"cluster.k", "many", "\"many\" is no number of segments"},
        Bad{"cluster.seed", "-1", "out of range"}, Bad{"cluster.restarts", "0", "out of range"},
        Bad{"cluster.max_iterations", "0", "out of range"}, Bad{"cluster.tolerance", "-0.1", "out of range"},
        Bad{"cluster.tolerance", "2", "out of range"}, Bad{"cluster.refine", "1", "expected true or false"},
        Bad{"cluster.init", "kmeans++", "did you mean \"k-means++\""},
        Bad{"cluster.algorithm", "dbscan", "is not one of kmeans"},
        Bad{"output.path", "\"\"", "an empty path"},
        Bad{"describe_only.columns", "\"x\"", "expected a list"}));

TEST(Spec, ChecksWhatAKindAllows) {
  const std::string categorical =
      std::string(good) + "[[features]]\ncolumns = [\"c\"]\nkind = \"categorical\"\n";
  EXPECT_NE(message_of(categorical + "missing = \"mean\"\n").find("not for a categorical"),
            std::string::npos);
  EXPECT_NE(message_of(categorical + "scale = \"zscore\"\n").find("not scaled"), std::string::npos);
  EXPECT_NE(message_of(categorical + "transform = \"sqrt\"\n").find("no transform"), std::string::npos);
  const std::string numeric = std::string(good) + "[[features]]\ncolumns = [\"c\"]\nkind = \"numeric\"\n";
  EXPECT_NE(message_of(numeric + "missing = \"level\"\n").find("categorical features alone"),
            std::string::npos);
}

TEST(Spec, ChecksConstructs) {
  const std::string construct = std::string(good) + "[[constructs]]\nname = \"e\"\nitems = [\"a\", \"b\"]\n";
  EXPECT_EQ(message_of(construct), "no error");
  EXPECT_NE(message_of(construct + "reverse = [\"c\"]\nrange = [1, 6]\n").find("not among the items"),
            std::string::npos);
  EXPECT_NE(message_of(construct + "reverse = [\"a\"]\n").find("range"), std::string::npos);
  EXPECT_NE(message_of(construct + "range = [6, 1]\n").find("no range"), std::string::npos);
  EXPECT_NE(message_of(construct + "range = [1]\n").find("[lowest, highest]"), std::string::npos);
  EXPECT_NE(
      message_of(std::string(good) + "[[constructs]]\nname = \"e\"\nitems = [\"a\"]\n").find("two items"),
      std::string::npos);
  EXPECT_NE(message_of(std::string(good) + "[[constructs]]\nitems = [\"a\", \"b\"]\n").find("name"),
            std::string::npos);
}

TEST(Spec, ChecksGeographies) {
  const std::string geography = std::string(good) + "[[geography]]\nlevels = [\"a\", \"b\"]\n";
  EXPECT_EQ(message_of(geography), "no error");
  const auto says = [&](const char* key, const char* what) {
    EXPECT_NE(message_of(geography + key).find(what), std::string::npos) << message_of(geography + key);
  };
  says("most_levels = 1001\n", "out of range");
  says("min_customers = 0\n", "out of range");
  says("most_missing = 2.0\n", "out of range");
  says("weight = 0\n", "leave the geography out");
  says("facet = \"geographic\"\n", "unknown key");
  EXPECT_NE(message_of(std::string(good) + "[[geography]]\nlevels = [\"a\", \"a\"]\n").find("stands twice"),
            std::string::npos);
  EXPECT_NE(message_of(std::string(good) + "[[geography]]\nlevels = [\"a\"]\n").find("two columns"),
            std::string::npos);
}

TEST(Spec, NeedsFilesFeaturesAndK) {
  EXPECT_NE(message_of("[cluster]\nk = 2\n").find("no files"), std::string::npos);
  EXPECT_NE(message_of("[input]\nfiles = [\"a\"]\n[cluster]\nk = 2\n").find("nothing to cluster on"),
            std::string::npos);
  EXPECT_NE(
      message_of("[input]\nfiles = [\"a\"]\n[[features]]\ncolumns = [\"x\"]\n").find("how many segments"),
      std::string::npos);
  EXPECT_NE(message_of("[input\n").find("s.toml:1"), std::string::npos);
  EXPECT_EQ(message_of("[input]\nfiles = [\"a\"]\n", Purpose::describe), "no error");
}

TEST(ParseOverride, SplitsAtTheFirstEquals) {
  EXPECT_EQ(parse_override("a.b=c=d").value, "c=d");
  EXPECT_THROW((void)parse_override("a.b"), core::Error);
  EXPECT_THROW((void)parse_override("=3"), core::Error);
  EXPECT_THROW((void)parse_with({{"features.9.scale", "none"}}), core::Error);
}

TEST(Nearest, FindsATypingErrorAndNothingFar) {
  EXPECT_EQ(nearest("tolerence", {"table", "tolerance"}), "tolerance");
  EXPECT_EQ(nearest("medain", {"mean", "median", "mode"}), "median");
  EXPECT_EQ(nearest("xyz", {"table", "tolerance"}), "");
}

}  // namespace
}  // namespace psychograph::spec
