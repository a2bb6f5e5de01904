#include "spec/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <numeric>
#include <set>
#include <sstream>

#include <cerrno>
#include <fmt/format.h>

#include "core/error.hpp"
#include "spec/overrides.hpp"
#include "spec/parse_marketing.hpp"
#include "spec/section.hpp"

namespace psychograph::spec {
namespace {

constexpr std::array<Name<Algorithm>, 7> algorithms{{{"kmeans", Algorithm::kmeans},
                                                     {"bisecting", Algorithm::bisecting},
                                                     {"kprototypes", Algorithm::kprototypes},
                                                     {"latent_class", Algorithm::latent_class},
                                                     {"gmm", Algorithm::gmm},
                                                     {"spherical", Algorithm::spherical},
                                                     {"trimmed", Algorithm::trimmed}}};
/// k-modes are k-prototypes where there are no numbers.
constexpr const char* kmodes = "kmodes";
constexpr auto algorithms_as_named = [] {
  std::array<Name<Algorithm>, algorithms.size() + 1> all{};
  std::copy(algorithms.begin(), algorithms.end(), all.begin());
  all.back() = {kmodes, Algorithm::kprototypes};
  return all;
}();
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
constexpr std::array<Name<Covariance>, 5> covariances{{{"spherical", Covariance::spherical},
                                                       {"diagonal", Covariance::diagonal},
                                                       {"tied_diagonal", Covariance::tied_diagonal},
                                                       {"tied", Covariance::tied},
                                                       {"full", Covariance::full}}};
constexpr std::array<Name<Init>, 3> inits{
    {{"k-means||", Init::kmeans_parallel}, {"k-means++", Init::kmeans_plus_plus}, {"random", Init::random}}};

Sentinels parse_sentinels(Section& section) {
  Sentinels result;
  const auto* values = section.list("missing_values");
  if (values == nullptr) return result;
  for (const auto& value : *values) {
    if (value.is_string()) {
      result.texts.push_back(value.as_string()->get());
    } else if (value.is_integer()) {
      result.numbers.push_back(core::number_of(value.as_integer()->get()));
    } else if (value.is_floating_point()) {
      result.numbers.push_back({value.as_floating_point()->get(), 0});
    } else {
      section.fail("missing_values", "expected numbers and strings");
    }
  }
  return result;
}

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

/// "auto", or as "2-12".
std::vector<std::int64_t> parse_range(const Section& section, const char* key, const std::string& text) {
  std::int64_t least = 2;
  std::int64_t most = 12;
  if (text != "auto") {
    const auto* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, least);
    const bool dash = first.ec == std::errc() && first.ptr != end && *first.ptr == '-';
    const auto second = dash ? std::from_chars(first.ptr + 1, end, most) : first;
    constexpr std::int64_t largest = 1000;
    if (!dash || second.ec != std::errc() || second.ptr != end || least < 2 || most < least || most > largest)
      section.fail(
          key, fmt::format("\"{}\" is no number of segments: it is one as 5, a range as \"2-12\" (from 2 to "
                           "1000), or \"auto\"",
                           text));
  }
  std::vector<std::int64_t> ks(static_cast<std::size_t>(most - least + 1));
  std::iota(ks.begin(), ks.end(), least);
  return ks;
}

Cluster parse_cluster(Section section, Purpose purpose) {
  Cluster cluster;
  cluster.algorithm = section.choice("algorithm", algorithms_as_named).value_or(cluster.algorithm);
  cluster.names_alone = section.text("algorithm") == kmodes;
  if (section.is_text("k")) {
    cluster.ks = parse_range(section, "k", section.text("k").value());
    cluster.k = cluster.ks.back();
  } else {
    cluster.k = section.whole_number("k", 1, 1'000'000).value_or(0);
  }
  if (cluster.k == 0 && purpose == Purpose::segment)
    section.fail("k", "how many segments? Set it here or with --k");
  cluster.seed = static_cast<std::uint64_t>(
      section.whole_number("seed", 0, std::numeric_limits<std::int64_t>::max()).value_or(42));
  if (auto init = section.text("init")) {
    const bool is_file = init->size() > 3 && init->ends_with(".h5");
    cluster.init = is_file ? Init::file : section.choice("init", inits).value();
    if (is_file) cluster.init_file = *init;
    if (is_file && !cluster.ks.empty())
      section.fail("init", "a file has one number of centroids, and k is a range here");
    if (is_file && cluster.algorithm == Algorithm::bisecting)
      section.fail("init", "bisecting begins with all customers together: it can't start from a file");
  }
  cluster.restarts = section.whole_number("restarts", 1, 1'000'000).value_or(cluster.restarts);
  cluster.max_iterations =
      section.whole_number("max_iterations", 1, 1'000'000'000).value_or(cluster.max_iterations);
  cluster.refine = section.flag("refine").value_or(cluster.refine);
  const bool prototypes = cluster.algorithm == Algorithm::kprototypes;
  cluster.gamma = section.number("gamma", 1e-6, 1e6).value_or(cluster.gamma);
  if (section.has("gamma") && (!prototypes || cluster.names_alone))
    section.fail("gamma", "it weighs names against numbers, in algorithm = \"kprototypes\" alone");
  const bool mixture = cluster.algorithm == Algorithm::latent_class || cluster.algorithm == Algorithm::gmm;
  if (mixture && cluster.refine)
    section.fail("refine", "it moves customers between means, and these segments have shares of everybody");
  if (mixture && !section.has("max_iterations")) cluster.max_iterations = 2000;
  cluster.covariance = section.choice("covariance", covariances).value_or(cluster.covariance);
  cluster.ridge = section.number("ridge", 1e-12, 1.0).value_or(cluster.ridge);
  for (const char* key : {"covariance", "ridge"}) {
    if (section.has(key) && cluster.algorithm != Algorithm::gmm)
      section.fail(key, "it is of mixtures of normal distributions, in algorithm = \"gmm\" alone");
  }
  if (cluster.algorithm == Algorithm::trimmed && !section.has("init")) cluster.init = Init::random;
  cluster.trim = section.number("trim", 0.0, 0.5).value_or(cluster.trim);
  const bool trimming = cluster.algorithm == Algorithm::trimmed;
  if (section.has("trim") && !trimming)
    section.fail("trim", "it leaves customers out, in algorithm = \"trimmed\" alone");
  if ((trimming || cluster.algorithm == Algorithm::spherical) && cluster.refine)
    section.fail("refine", fmt::format("it lowers another inertia than algorithm = \"{}\" does",
                                       to_string(cluster.algorithm)));
  if (prototypes && cluster.refine)
    section.fail("refine", "it moves customers between means, and these segments have modes");
  cluster.tolerance = section.number("tolerance", 0.0, 1.0).value_or(cluster.tolerance);
  section.finish();
  return cluster;
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

Privacy parse_privacy(Section section) {
  Privacy privacy;
  privacy.min_cell = section.whole_number("min_cell", 0, 1'000'000'000).value_or(privacy.min_cell);
  if (privacy.min_cell == 1) section.fail("min_cell", "1 withholds nothing: take 2 or more, or 0");
  privacy.ids = section.flag("ids").value_or(privacy.ids);
  section.finish();
  return privacy;
}

std::string effective_text(const toml::table& document) {
  toml::table copy = document;
  copy.erase("output");
  std::ostringstream out;
  out << toml::toml_formatter(copy) << '\n';
  return out.str();
}

toml::table parse_document(std::string_view text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw core::usage_error(fmt::format("{}:{}: {}", name, error.source().begin.line, error.description()));
  }
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

const char* to_string(Algorithm algorithm) { return name_of(algorithm, algorithms); }
std::vector<Algorithm> all_algorithms() {
  std::vector<Algorithm> all;
  for (const auto& [name, algorithm] : algorithms) all.push_back(algorithm);
  return all;
}
std::optional<Algorithm> algorithm_named(std::string_view name) {
  for (const auto& [known, algorithm] : algorithms) {
    if (name == known) return algorithm;
  }
  return std::nullopt;
}
const char* to_string(Facet facet) { return name_of(facet, facets); }
const char* to_string(Kind kind) { return name_of(kind, kinds); }
const char* to_string(Transform transform) { return name_of(transform, transforms); }
const char* to_string(Scale scale) { return name_of(scale, scales); }
const char* to_string(Missing missing) { return name_of(missing, missings); }
const char* to_string(Covariance covariance) { return name_of(covariance, covariances); }
const char* to_string(Row row) { return name_of(row, rows); }
const char* to_string(Init init) { return init == Init::file ? "file" : name_of(init, inits); }

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

namespace {

/// Keys of thousands of parts are nobody's, and the parser would call itself for each.
void require_short_keys(std::string_view text, const std::string& name) {
  constexpr std::size_t most_parts = 256;
  std::size_t dots = 0;
  std::size_t line = 1;
  for (const char c : text) {
    if (c == '.' && ++dots == most_parts)
      throw core::usage_error(
          fmt::format("{}: line {}: a key of more than {} parts", name, line, most_parts));
    if (c == '\n') ++line;
    if (std::string_view(",=[]#\n").find(c) != std::string_view::npos) dots = 0;
  }
}

}  // namespace

Spec parse(std::string_view text, const std::string& name, const std::vector<Override>& overrides,
           Purpose purpose) {
  require_short_keys(text, name);
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
  if (auto section = root.table("describe_only")) {
    spec.describe_only = section->texts("columns");
    spec.described_missing_values = parse_sentinels(*section);
    section->finish();
  }
  if (auto section = root.table("cluster")) {
    spec.cluster = parse_cluster(std::move(*section), purpose);
  } else if (purpose == Purpose::segment) {
    root.fail("cluster", "missing: how many segments? Set cluster.k, or use --k");
  }
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
  if (purpose == Purpose::segment && spec.features.empty() && spec.constructs.empty()) {
    root.fail("features", "nothing to cluster on: add [[features]] with columns = [...]");
  }
  spec.effective = effective_text(document);
  return spec;
}

std::string with_k(const std::string& effective, std::int64_t k) {
  auto document = parse_document(effective, "the spec");
  apply_override(document, {"cluster.k", fmt::format("{}", k)});
  return effective_text(document);
}

}  // namespace psychograph::spec
