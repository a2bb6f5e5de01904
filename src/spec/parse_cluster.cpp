#include "spec/parse_cluster.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace psychograph::spec {
namespace {

constexpr std::array<Name<Algorithm>, 13> algorithms{{{"kmeans", Algorithm::kmeans},
                                                      {"bisecting", Algorithm::bisecting},
                                                      {"kprototypes", Algorithm::kprototypes},
                                                      {"latent_class", Algorithm::latent_class},
                                                      {"gmm", Algorithm::gmm},
                                                      {"spherical", Algorithm::spherical},
                                                      {"trimmed", Algorithm::trimmed},
                                                      {"medoids", Algorithm::medoids},
                                                      {"kmedians", Algorithm::kmedians},
                                                      {"ward", Algorithm::ward},
                                                      {"minibatch", Algorithm::minibatch},
                                                      {"reduced_kmeans", Algorithm::reduced_kmeans},
                                                      {"factor_kmeans", Algorithm::factor_kmeans}}};
/// k-modes are k-prototypes where there are no numbers.
constexpr const char* kmodes = "kmodes";
constexpr auto algorithms_as_named = [] {
  std::array<Name<Algorithm>, algorithms.size() + 1> all{};
  std::copy(algorithms.begin(), algorithms.end(), all.begin());
  all.back() = {kmodes, Algorithm::kprototypes};
  return all;
}();
constexpr std::array<Name<Covariance>, 5> covariances{{{"spherical", Covariance::spherical},
                                                       {"diagonal", Covariance::diagonal},
                                                       {"tied_diagonal", Covariance::tied_diagonal},
                                                       {"tied", Covariance::tied},
                                                       {"full", Covariance::full}}};
constexpr std::array<Name<Metric>, 2> metrics{
    {{"euclidean", Metric::euclidean}, {"manhattan", Metric::manhattan}}};
constexpr std::array<Name<Init>, 3> inits{
    {{"k-means||", Init::kmeans_parallel}, {"k-means++", Init::kmeans_plus_plus}, {"random", Init::random}}};

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
          key,
          fmt::format("\"{}\" is no number of segments: that is a whole number as 5, a range as \"2-12\" "
                      "(from 2 to 1000), or \"auto\"",
                      text));
  }
  std::vector<std::int64_t> ks(static_cast<std::size_t>(most - least + 1));
  std::iota(ks.begin(), ks.end(), least);
  return ks;
}

/// A key of [cluster] that belongs to some algorithms alone, as the spec names these.
struct OwnKey {
  const char* key;
  std::array<std::string_view, 2> algorithms;
  const char* what;

  [[nodiscard]] bool belongs_to(std::string_view algorithm) const {
    return std::find(algorithms.begin(), algorithms.end(), algorithm) != algorithms.end();
  }
};
constexpr const char* of_normals = "it is of mixtures of normal distributions";
constexpr std::array<OwnKey, 7> own_keys{
    {{"gamma", {"kprototypes", ""}, "it weighs names against numbers"},
     {"covariance", {"gmm", ""}, of_normals},
     {"ridge", {"gmm", ""}, of_normals},
     {"trim", {"trimmed", ""}, "it leaves customers out"},
     {"metric", {"medoids", ""}, "it says what is far from a medoid"},
     {"micro_clusters", {"ward", ""}, "it says of how many the tree is made"},
     {"dimensions", {"reduced_kmeans", "factor_kmeans"}, "it says in how many centroids lie"}}};

void require_own_keys(const Section& section, std::string_view algorithm) {
  for (const auto& own : own_keys) {
    if (!section.has(own.key) || own.belongs_to(algorithm)) continue;
    const auto also =
        own.algorithms[1].empty() ? std::string() : fmt::format(" and \"{}\"", own.algorithms[1]);
    section.fail(own.key,
                 fmt::format("{}, in algorithm = \"{}\"{} alone", own.what, own.algorithms[0], also));
  }
}

/// Why single customers can't be moved after such a fit; null where they can.
const char* why_not_refined(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kmeans:
    case Algorithm::bisecting:
    case Algorithm::minibatch:
      return nullptr;
    case Algorithm::latent_class:
    case Algorithm::gmm:
      return "it moves customers between means, and these segments have shares of everybody";
    case Algorithm::kprototypes:
      return "it moves customers between means, and these segments have modes";
    case Algorithm::medoids:
      return "it moves customers between means, and these segments have medoids";
    case Algorithm::kmedians:
      return "it moves customers between means, and these segments have medians";
    case Algorithm::ward:
      return "it moves customers between means, and these segments are made of smaller ones";
    case Algorithm::reduced_kmeans:
    case Algorithm::factor_kmeans:
      return "it moves customers between means, and these centroids lie in fewer dimensions";
    case Algorithm::spherical:
    case Algorithm::trimmed:
      break;
  }
  return "it lowers another inertia than this algorithm does";
}

/// Why such a fit can't start from a file of centroids; null where it can.
const char* why_not_from_a_file(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::bisecting:
      return "bisecting begins with all customers together: it can't start from a file";
    case Algorithm::minibatch:
      return "minibatch begins with a few customers: it can't start from a file (algorithm = \"kmeans\" can)";
    default:
      return nullptr;
  }
}

/// Why there can't be so many segments; empty where there can.
std::string why_not_so_many(const Cluster& cluster) {
  if (cluster.algorithm == Algorithm::medoids && cluster.k > most_medoids)
    return fmt::format("medoids are {} at the most: a start finds them among some thousand customers",
                       most_medoids);
  if (cluster.algorithm == Algorithm::ward && cluster.k > cluster.micro_clusters)
    return fmt::format("{} segments can't be made of {} micro-clusters (micro_clusters, at most 2000)",
                       cluster.k, cluster.micro_clusters);
  return {};
}

/// "estimated", or a number.
void parse_gamma(Section& section, Cluster& cluster) {
  if (!section.is_text("gamma")) {
    cluster.gamma = section.number("gamma", 1e-6, 1e6).value_or(cluster.gamma);
    return;
  }
  cluster.estimate_gamma = section.text("gamma") == "estimated";
  if (!cluster.estimate_gamma) section.fail("gamma", "expected a number from 1e-6 to 1e6, or \"estimated\"");
}

Algorithm algorithm_as_named(std::string_view name) {
  const auto found = std::find_if(algorithms_as_named.begin(), algorithms_as_named.end(),
                                  [&](const auto& one) { return name == one.first; });
  return found == algorithms_as_named.end() ? Algorithm::kmeans : found->second;
}

/// [cluster] for one of several algorithms.
toml::table cluster_of(const toml::table& cluster, const std::string& algorithm) {
  auto own = cluster;
  own.insert_or_assign("algorithm", algorithm);
  own.erase("k");
  for (const auto& one : own_keys) {
    if (!one.belongs_to(algorithm)) own.erase(one.key);
  }
  if (why_not_refined(algorithm_as_named(algorithm)) != nullptr) own.erase("refine");
  return own;
}

std::vector<std::int64_t> parse_numbers(Section& section, const char* key, std::int64_t least,
                                        std::int64_t most) {
  std::set<std::int64_t> numbers;
  const auto* list = section.list(key);
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto number = (*list)[i].value<std::int64_t>();
    if (!(*list)[i].is_integer() || *number < least || *number > most)
      section.fail(key, fmt::format("expected whole numbers from {} to {}", least, most));
    numbers.insert(*number);
  }
  return {numbers.begin(), numbers.end()};
}

std::vector<std::int64_t> parse_ks(Section& section, const toml::table& cluster, const std::string& source) {
  if (section.is_text("k")) return parse_range(section, "k", section.text("k").value());
  if (section.is_whole_number("k")) return {section.whole_number("k", 2, 1000).value()};
  auto ks = parse_numbers(section, "k", 2, 1000);
  if (!ks.empty() || section.has("k")) {
    if (ks.empty()) section.fail("k", "no number of segments to look at");
    return ks;
  }
  Section from(cluster, "cluster", source);
  if (from.is_text("k")) return parse_range(from, "k", from.text("k").value());
  return parse_range(section, "k", "auto");
}

}  // namespace

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
const char* to_string(Metric metric) { return name_of(metric, metrics); }
const char* to_string(Covariance covariance) { return name_of(covariance, covariances); }
const char* to_string(Init init) { return init == Init::file ? "file" : name_of(init, inits); }

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
    const auto* why = is_file ? why_not_from_a_file(cluster.algorithm) : nullptr;
    if (why != nullptr) section.fail("init", why);
  }
  cluster.restarts = section.whole_number("restarts", 1, 1'000'000).value_or(cluster.restarts);
  cluster.max_iterations =
      section.whole_number("max_iterations", 1, 1'000'000'000).value_or(cluster.max_iterations);
  cluster.refine = section.flag("refine").value_or(cluster.refine);
  if (const auto* why = why_not_refined(cluster.algorithm); why != nullptr && cluster.refine)
    section.fail("refine", why);
  require_own_keys(section, section.text("algorithm").value_or("kmeans"));
  parse_gamma(section, cluster);
  cluster.covariance = section.choice("covariance", covariances).value_or(cluster.covariance);
  cluster.ridge = section.number("ridge", 1e-12, 1.0).value_or(cluster.ridge);
  cluster.metric = section.choice("metric", metrics).value_or(cluster.metric);
  cluster.micro_clusters = section.whole_number("micro_clusters", 2, 2000).value_or(cluster.micro_clusters);
  if (const auto why = why_not_so_many(cluster); !why.empty()) section.fail("k", why);
  cluster.dimensions = section.whole_number("dimensions", 1, 10'000).value_or(cluster.dimensions);
  cluster.trim = section.number("trim", 0.0, 0.5).value_or(cluster.trim);
  const bool mixture = cluster.algorithm == Algorithm::latent_class || cluster.algorithm == Algorithm::gmm;
  if (mixture && !section.has("max_iterations")) cluster.max_iterations = 2000;
  if (cluster.algorithm == Algorithm::trimmed && !section.has("init")) cluster.init = Init::random;
  if (cluster.algorithm == Algorithm::ward && !section.has("restarts")) cluster.restarts = 1;
  if (cluster.algorithm == Algorithm::ward && section.has("init"))
    section.fail(
        "init",
        "ward begins with small clusters, drawn by k-means||: it can't start from a file, or from elsewhere");
  if (cluster.algorithm == Algorithm::medoids && section.has("init"))
    section.fail(
        "init",
        "medoids are drawn from the customers themselves: they can't start from a file, or from elsewhere");
  cluster.tolerance = section.number("tolerance", 0.0, 1.0).value_or(cluster.tolerance);
  section.finish();
  return cluster;
}

Compare parse_compare(Section section, const toml::table& cluster, const std::string& source) {
  Compare compare;
  auto names = section.texts("algorithms");
  if (section.has("algorithms") && names.empty()) section.fail("algorithms", "none to compare");
  if (names.empty()) names.push_back(cluster["algorithm"].value_or(std::string("kmeans")));
  compare.ks = parse_ks(section, cluster, source);
  for (const auto& name : names) {
    const bool known = std::any_of(algorithms_as_named.begin(), algorithms_as_named.end(),
                                   [&](const auto& one) { return name == one.first; });
    if (!known) section.fail("algorithms", fmt::format("\"{}\" is none (docs/spec.md names them)", name));
    const auto twice = std::count(names.begin(), names.end(), name) > 1;
    if (twice) section.fail("algorithms", fmt::format("\"{}\" stands twice", name));
    auto options = parse_cluster(Section(cluster_of(cluster, name), "cluster", source), Purpose::compare);
    if (options.init == Init::file)
      section.fail("algorithms", "cluster.init is a file here: runs that are compared draw their own starts");
    options.k = compare.ks.back();
    if (const auto why = why_not_so_many(options); !why.empty()) section.fail("k", why);
    compare.algorithms.push_back({name, std::move(options)});
  }
  for (const auto& own : own_keys) {
    const bool asked =
        std::any_of(names.begin(), names.end(), [&](const auto& name) { return own.belongs_to(name); });
    if (cluster.contains(own.key) && !asked)
      Section(cluster, "cluster", source)
          .fail(own.key, "none of the algorithms that are compared asks for it");
  }
  const auto seeds = parse_numbers(section, "seeds", 0, std::numeric_limits<std::int64_t>::max());
  for (const auto seed : seeds) compare.seeds.push_back(static_cast<std::uint64_t>(seed));
  if (compare.seeds.empty()) compare.seeds.push_back(compare.algorithms.front().options.seed);
  for (const auto& name : section.texts("rows")) {
    constexpr std::array all{Row::none, Row::center, Row::standardize};
    const auto row = std::find_if(all.begin(), all.end(), [&](Row one) { return name == to_string(one); });
    if (row == all.end())
      section.fail("rows", fmt::format("\"{}\" is not none, center or standardize", name));
    if (std::find(compare.rows.begin(), compare.rows.end(), *row) == compare.rows.end())
      compare.rows.push_back(*row);
  }
  for (auto& block : section.tables("blocks")) {
    CompareBlock one;
    one.name = block.text("name").value_or("");
    one.columns = block.texts("columns");
    if (one.name.empty()) block.fail("name", "a block needs a name");
    if (one.columns.empty()) block.fail("columns", "a block of no columns");
    for (const auto& other : compare.blocks) {
      if (other.name == one.name) block.fail("name", fmt::format("\"{}\" stands twice", one.name));
    }
    block.finish();
    compare.blocks.push_back(std::move(one));
  }
  compare.pairs = section.whole_number("pairs", 0, 1000).value_or(compare.pairs);
  if (compare.pairs == 1)
    section.fail("pairs", "1 has no interval: take 2 or more (10 at the least to trust), or 0");
  compare.references = section.whole_number("references", 0, 1000).value_or(compare.references);
  if (compare.references == 1) section.fail("references", "1 has no deviation: take 2 or more, or 0");
  compare.splits = section.whole_number("splits", 0, 1000).value_or(compare.splits);
  if (compare.splits == 1) section.fail("splits", "1 has no interval: take 2 or more, or 0");
  compare.customers = section.whole_number("customers", 10, 1'000'000'000).value_or(compare.customers);
  section.finish();
  return compare;
}

}  // namespace psychograph::spec
