#include "spec/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include <cerrno>
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/time.hpp"
#include "spec/document.hpp"
#include "spec/overrides.hpp"
#include "spec/parse_cluster.hpp"
#include "spec/parse_marketing.hpp"
#include "spec/parse_parts.hpp"
#include "spec/section.hpp"

namespace psychograph::spec {
namespace {

constexpr std::array<Name<Facet>, 4> facets{{{"behavioral", Facet::behavioral},
                                             {"geographic", Facet::geographic},
                                             {"demographic", Facet::demographic},
                                             {"psychographic", Facet::psychographic}}};
constexpr std::array<Name<Kind>, 4> kinds{{{"numeric", Kind::numeric},
                                           {"ordinal", Kind::ordinal},
                                           {"categorical", Kind::categorical},
                                           {"binary", Kind::binary}}};
constexpr std::array<Name<Transform>, 3> transforms{
    {{"none", Transform::none}, {"log1p", Transform::log1p}, {"sqrt", Transform::sqrt}}};
constexpr std::array<Name<Scale>, 4> scales{
    {{"none", Scale::none}, {"zscore", Scale::zscore}, {"minmax", Scale::minmax}, {"robust", Scale::robust}}};
constexpr std::array<Name<Missing>, 7> missings{{{"mean", Missing::mean},
                                                 {"median", Missing::median},
                                                 {"mode", Missing::mode},
                                                 {"zero", Missing::zero},
                                                 {"level", Missing::level},
                                                 {"drop", Missing::drop},
                                                 {"error", Missing::error}}};
constexpr std::array<Name<Row>, 3> rows{
    {{"none", Row::none}, {"center", Row::center}, {"standardize", Row::standardize}}};
/// Whether what has elapsed is told in years.
constexpr std::array<Name<bool>, 2> elapsed_units{{{"days", false}, {"years", true}}};

Input parse_input(Section section) {
  Input input;
  input.files = section.texts("files");
  if (auto table = section.text("table")) input.table = *table;
  if (input.table.empty() || input.table.front() != '/') {
    section.fail("table", fmt::format("\"{}\" is no path in an HDF5 file: it starts with /", input.table));
  }
  input.id = section.text("id");
  input.weight = section.text("weight");
  input.missing_values = parse_sentinels(section);
  input.external = section.flag("external").value_or(input.external);
  section.finish();
  return input;
}

/// What a kind allows. Checked where the user names the kind; the rest is checked when the table is seen.
void check_feature(const Section& section, const FeatureBlock& block) {
  const bool as_numbers = !block.kind || *block.kind == Kind::numeric || *block.kind == Kind::ordinal;
  if (block.since && (!as_numbers || block.row != Row::none))
    section.fail("since", "days and years are numbers of their own: leave kind and row out");
  if (block.row != Row::none && block.transform != Transform::none)
    section.fail("transform",
                 fmt::format("answers less a customer's mean are below 0 as often as above: there "
                             "is no transform with row = \"{}\"",
                             to_string(block.row)));
  if (!block.kind) return;
  if (block.row != Row::none && *block.kind != Kind::numeric && *block.kind != Kind::ordinal)
    section.fail("row", fmt::format("kind = \"{}\" has no mean to be told against: use numeric or ordinal",
                                    to_string(*block.kind)));
  const bool categorical = *block.kind == Kind::categorical;
  if (categorical && block.transform != Transform::none) {
    section.fail("transform", "a categorical feature has no transform");
  }
  if (categorical && block.scale && *block.scale != Scale::none) {
    section.fail("scale", "a categorical feature is not scaled: its levels are one unit apart");
  }
  if (categorical && block.missing &&
      (*block.missing == Missing::mean || *block.missing == Missing::median ||
       *block.missing == Missing::zero)) {
    section.fail("missing",
                 fmt::format("\"{}\" is not for a categorical feature: use level, mode, drop or error",
                             to_string(*block.missing)));
  }
  if (!categorical && block.missing == Missing::level) {
    section.fail("missing", "\"level\" is for categorical features alone");
  }
}

std::optional<Since> parse_since(Section& section) {
  const auto text = section.text("since");
  const auto unit = section.choice("unit", elapsed_units);
  if (!text) {
    if (unit) section.fail("unit", "is that of since, as in since = \"2020-01-01\", and there is none");
    return std::nullopt;
  }
  const auto point = core::read_time(*text);
  if (!point) section.fail("since", fmt::format("\"{}\" is no date: write it as \"2020-01-31\"", *text));
  return Since{point->microseconds, unit.value_or(false)};
}

FeatureBlock parse_feature(Section section) {
  FeatureBlock block;
  block.columns = section.texts("columns");
  if (block.columns.empty())
    section.fail("columns", "name at least one column, as columns = [\"age\", \"values_*\"]");
  block.facet = section.choice("facet", facets).value_or(block.facet);
  block.kind = section.choice("kind", kinds);
  block.row = section.choice("row", rows).value_or(block.row);
  block.transform = section.choice("transform", transforms).value_or(block.transform);
  block.scale = section.choice("scale", scales);
  block.missing = section.choice("missing", missings);
  block.since = parse_since(section);
  block.missing_values = parse_sentinels(section);
  block.weight = section.number("weight", 0.0, 1e6).value_or(block.weight);
  if (block.weight == 0.0)
    section.fail("weight", "0 would leave the feature out: list it under [describe_only] instead");
  check_feature(section, block);
  section.finish();
  return block;
}

Construct parse_construct(Section section) {
  Construct construct;
  construct.name = section.text("name").value_or("");
  if (construct.name.empty()) section.fail("name", "a construct needs a name");
  construct.items = section.texts("items");
  if (construct.items.size() < 2) section.fail("items", "a construct needs two items or more");
  for (auto item = construct.items.begin(); item != construct.items.end(); ++item) {
    if (std::find(construct.items.begin(), item, *item) != item)
      section.fail("items", fmt::format("\"{}\" stands twice", *item));
  }
  construct.reverse = section.texts("reverse");
  construct.range = section.range("range");
  for (const auto& item : construct.reverse) {
    if (std::find(construct.items.begin(), construct.items.end(), item) == construct.items.end()) {
      section.fail("reverse", fmt::format("\"{}\" is not among the items", item));
    }
  }
  if (!construct.reverse.empty() && !construct.range) {
    section.fail("range", "reverse-keyed items need the range of the answers, as range = [1, 6]");
  }
  construct.facet = section.choice("facet", facets).value_or(construct.facet);
  construct.scale = section.choice("scale", scales).value_or(construct.scale);
  construct.missing = section.choice("missing", missings).value_or(construct.missing);
  if (construct.missing == Missing::level)
    section.fail("missing", "\"level\" is for categorical features alone");
  construct.missing_values = parse_sentinels(section);
  if (!construct.missing_values.texts.empty()) {
    const auto& word = construct.missing_values.texts.front();
    section.fail("missing_values",
                 fmt::format("\"{}\" is a word, and items are numbers: write numbers without quotes", word));
  }
  construct.weight = section.number("weight", 0.0, 1e6).value_or(construct.weight);
  if (construct.weight == 0.0) section.fail("weight", "0 would leave the construct out");
  section.finish();
  return construct;
}

Geography parse_geography(Section section) {
  Geography geography;
  geography.levels = section.texts("levels");
  if (geography.levels.size() < 2)
    section.fail("levels",
                 "name two columns or more, outer to inner, as levels = [\"country\", \"state\", \"zip\"]");
  for (auto level = geography.levels.begin(); level != geography.levels.end(); ++level) {
    if (std::find(geography.levels.begin(), level, *level) != level)
      section.fail("levels", fmt::format("\"{}\" stands twice", *level));
  }
  geography.most_levels = section.whole_number("most_levels", 2, 1000).value_or(geography.most_levels);
  geography.min_customers =
      section.whole_number("min_customers", 1, 1'000'000'000'000).value_or(geography.min_customers);
  geography.most_missing = section.number("most_missing", 0.0, 1.0).value_or(geography.most_missing);
  geography.missing_values = parse_sentinels(section);
  geography.weight = section.number("weight", 0.0, 1e6).value_or(geography.weight);
  if (geography.weight == 0.0) section.fail("weight", "0 would leave the geography out");
  section.finish();
  return geography;
}

/// Names of segments by their ids.
std::map<std::int32_t, std::string> parse_names(Section section) {
  std::map<std::int32_t, std::string> names;
  for (const auto& [key, name] : section.named_texts()) {
    std::int32_t id = -1;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || end != key.data() + key.size() || id < 0)
      section.fail(key.c_str(), "names are given by segment: 0 = \"Planners\"");
    if (name.empty()) section.fail(key.c_str(), "an empty name");
    names[id] = name;
  }
  return names;
}

Profile parse_profile(Section section) {
  Profile profile;
  profile.smallest_effect = section.number("smallest_effect", 0.0, 10.0).value_or(profile.smallest_effect);
  profile.letters = section.texts("letters");
  profile.statements = section.whole_number("statements", 0, 20).value_or(profile.statements);
  section.finish();
  return profile;
}

/// What the figures of segments depend on but for the files.
std::string settings_text(const toml::table& document) {
  toml::table kept;
  for (const char* key : {"input", "features", "constructs", "geography", "cluster"}) {
    if (const auto* node = document.get(key)) kept.insert(key, *node);
  }
  if (auto* input = kept["input"].as_table()) input->erase("files");
  return effective_text(kept);
}

}  // namespace

Sentinels united(Sentinels one, const Sentinels& other) {
  const auto add = [](auto& to, const auto& values) {
    for (const auto& value : values) {
      if (std::find(to.begin(), to.end(), value) == to.end()) to.push_back(value);
    }
  };
  add(one.numbers, other.numbers);
  add(one.texts, other.texts);
  return one;
}

const char* to_string(Facet facet) { return name_of(facet, facets); }
const char* to_string(Kind kind) { return name_of(kind, kinds); }
const char* to_string(Transform transform) { return name_of(transform, transforms); }
const char* to_string(Scale scale) { return name_of(scale, scales); }
const char* to_string(Missing missing) { return name_of(missing, missings); }
const char* to_string(Row row) { return name_of(row, rows); }
std::string read_spec_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file && errno == EACCES)
    throw core::environment_error(
        fmt::format("{}: can't read the spec file: {}", path, std::strerror(errno)));
  if (!file) throw core::usage_error(fmt::format("{}: can't read the spec file", path));
  std::ostringstream text;
  if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (file.bad() || text.bad()) throw core::usage_error(fmt::format("{}: can't read the spec file", path));
  return text.str();
}

Spec parse(std::string_view text, const std::string& name, const std::vector<Override>& overrides,
           Purpose purpose) {
  auto document = parse_document(text, name);
  for (const auto& change : overrides) apply_override(document, change);
  Section root(document, "", name);
  Spec spec;
  if (auto section = root.table("input")) spec.input = parse_input(std::move(*section));
  if (spec.input.files.empty() && purpose != Purpose::declare)
    root.fail("input", "no files: set input.files, or use --input");
  for (auto& section : root.tables("features")) spec.features.push_back(parse_feature(std::move(section)));
  for (auto& section : root.tables("constructs"))
    spec.constructs.push_back(parse_construct(std::move(section)));
  for (auto& section : root.tables("geography"))
    spec.geographies.push_back(parse_geography(std::move(section)));
  if (auto section = root.table("describe_only")) {
    spec.describe_only = section->texts("columns");
    spec.described_missing_values = parse_sentinels(*section);
    section->finish();
  }
  const toml::table no_cluster;
  if (purpose == Purpose::compare) {
    const auto* cluster = document["cluster"].as_table();
    auto section = root.table("compare");
    spec.compare = parse_compare(section ? std::move(*section) : Section(no_cluster, "compare", name),
                                 cluster == nullptr ? no_cluster : *cluster, name);
    spec.cluster = spec.compare.algorithms.front().options;
    (void)root.table("cluster");
  } else if (auto section = root.table("cluster")) {
    spec.cluster = parse_cluster(std::move(*section), purpose);
  } else if (purpose == Purpose::segment) {
    root.fail("cluster", "missing: how many segments? Set cluster.k, or use --k");
  }
  if (purpose != Purpose::compare) (void)root.table("compare");
  if (auto section = root.table("codebook")) {
    spec.codebooks = section->texts("files");
    section->finish();
  }
  if (auto section = root.table("names")) spec.names = parse_names(std::move(*section));
  if (auto section = root.table("profile")) spec.profile = parse_profile(std::move(*section));
  if (auto section = root.table("privacy")) spec.privacy = parse_privacy(std::move(*section));
  for (auto& section : root.tables("playbook")) spec.playbook.push_back(parse_playbook(std::move(section)));
  if (auto section = root.table("needs")) spec.needs = parse_needs(std::move(*section));
  if (auto section = root.table("targeting")) spec.targeting = parse_targeting(std::move(*section));
  if (auto section = root.table("engagement")) spec.engagement = parse_engagement(std::move(*section));
  if (auto section = root.table("positioning")) spec.positioning = parse_positioning(std::move(*section));
  if (auto section = root.table("output")) {
    spec.output_path = section->text("path").value_or(spec.output_path);
    if (spec.output_path.empty()) section->fail("path", "an empty path");
    section->finish();
  }
  root.finish();
  const bool clusters = purpose == Purpose::segment || purpose == Purpose::compare;
  if (clusters && spec.features.empty() && spec.constructs.empty() && spec.geographies.empty()) {
    root.fail("features", "nothing to cluster on: add [[features]] with columns = [...]");
  }
  spec.effective = effective_text(document);
  if (purpose == Purpose::compare) spec.compare.settings = settings_text(document);
  return spec;
}

}  // namespace psychograph::spec
