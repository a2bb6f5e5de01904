// The spec as plain values: what the user wants, after validation. See docs/spec.md for every key.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/number.hpp"

namespace psychograph::spec {

/// How segments are found.
enum class Algorithm {
  kmeans,
  bisecting,
  kprototypes,
  latent_class,
  gmm,
  spherical,
  trimmed,
  medoids,
  kmedians,
  ward,
  minibatch,
  reduced_kmeans,
  factor_kmeans
};
/// How customers of a segment vary, in a mixture of normal distributions: alike in every direction, each
/// column by itself, all columns together; tied ones alike in all segments.
enum class Covariance { spherical, diagonal, tied_diagonal, tied, full };
/// What is far: the root of summed squares, or the sum of absolute differences.
enum class Metric { euclidean, manhattan };
enum class Facet { behavioral, geographic, demographic, psychographic };
enum class Kind { numeric, ordinal, categorical, binary };
enum class Transform { none, log1p, sqrt };
enum class Scale { none, zscore, minmax, robust };
/// What a missing cell becomes. `level`: a categorical level of its own.
enum class Missing { mean, median, mode, zero, level, drop, error };
/// What a customer's answers in a block of features become, before they are scaled: they less their mean, and
/// that over their deviation.
enum class Row { none, center, standardize };
enum class Init { kmeans_parallel, kmeans_plus_plus, random, file };

/// Values that stand for "missing" beside NaN and the empty string.
struct Sentinels {
  std::vector<core::Number> numbers;
  std::vector<std::string> texts;

  [[nodiscard]] bool empty() const { return numbers.empty() && texts.empty(); }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& numbers& texts;
  }
};
/// What either holds, each value once.
Sentinels united(Sentinels one, const Sentinels& other);

struct Input {
  std::vector<std::string> files;  ///< globs, relative to the working directory
  std::string table = "/customers";
  std::optional<std::string> id;
  std::optional<std::string> weight;
  Sentinels missing_values;
  bool external = false;  ///< links into other files and raw data outside are read
};

/// Points of time are told as days or years since one.
struct Since {
  std::int64_t microseconds = 0;  ///< since 1970-01-01T00:00
  bool years = false;             ///< of 365.2425 days
  friend bool operator==(const Since&, const Since&) = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& microseconds& years;
  }
};

/// One [[features]] block. Empty optionals: the default of the kind that each column turns out to be.
struct FeatureBlock {
  std::vector<std::string> columns;  ///< globs
  Facet facet = Facet::behavioral;
  std::optional<Kind> kind;
  Row row = Row::none;
  Transform transform = Transform::none;
  std::optional<Scale> scale;
  std::optional<Missing> missing;
  std::optional<Since> since;  ///< of columns of times
  Sentinels missing_values;    ///< in these columns alone, beside those of the input
  double weight = 1.0;
};

/// One [[constructs]] block: several survey items make one numeric feature.
struct Construct {
  std::string name;
  std::vector<std::string> items;
  std::vector<std::string> reverse;
  std::optional<std::pair<double, double>> range;  ///< lowest and highest answer; needed by `reverse`
  Facet facet = Facet::psychographic;
  Scale scale = Scale::zscore;
  Missing missing = Missing::mean;
  Sentinels missing_values;  ///< in these items alone, beside those of the input
  double weight = 1.0;
};

/// One [[geography]] block: columns that tell where a customer is, each place of one within one place of
/// those before it. The innermost that fits is clustered on, by name.
struct Geography {
  std::vector<std::string> levels;  ///< outer to inner
  std::int64_t most_levels = 50;    ///< places of a column that fits
  std::int64_t min_customers = 1;   ///< in every one of them
  double most_missing = 0.05;       ///< share of the customers who lack it
  double weight = 1.0;
  Sentinels missing_values;            ///< in these columns alone, beside those of the input
  std::optional<std::string> settled;  ///< which it is, where an earlier model says so
};

/// The most segments that have medoids: a start finds them among three times as many customers.
inline constexpr std::int64_t most_medoids = 1000;

struct Cluster {
  Algorithm algorithm = Algorithm::kmeans;
  std::int64_t k = 0;
  std::vector<std::int64_t> ks;  ///< numbers to choose from, rising, k the largest; none: k it is
  std::uint64_t seed = 42;
  Init init = Init::kmeans_parallel;
  std::string init_file;
  std::int64_t restarts = 8;
  std::int64_t max_iterations = 300;
  bool refine = false;          ///< after Lloyd, single transfers (Hartigan and Wong 1979); for small tables
  double gamma = 1.0;           ///< kprototypes: what two different answers by name are apart
  bool estimate_gamma = false;  ///< it is: so that names and numbers say as much
  std::int64_t micro_clusters = 500;             ///< ward: at the most, of which the tree is made
  Covariance covariance = Covariance::diagonal;  ///< gmm
  double ridge = 1e-6;                ///< gmm: added to variances, as a share of the columns' mean one
  Metric metric = Metric::euclidean;  ///< medoids
  std::int64_t dimensions = 2;        ///< reduced_kmeans, factor_kmeans: that centroids lie in
  double trim = 0.1;                  ///< trimmed: the share of customers that belong nowhere
  bool names_alone = false;           ///< kprototypes: every feature is one of names (k-modes)
  double tolerance =
      0.0;  ///< stop when an iteration lowers the inertia by less than this share; 0: when no customer moves
};

/// Some of the features, for a comparison of their own.
struct CompareBlock {
  std::string name;
  std::vector<std::string> columns;  ///< globs, of the features' names
};

/// One algorithm as the spec names it, and how it is run but for k and the seed.
struct ComparedAlgorithm {
  std::string name;
  Cluster options;
};

/// What is compared: all combinations. Invariant: one algorithm, number and seed at the least.
struct Compare {
  std::vector<ComparedAlgorithm> algorithms;
  std::vector<std::int64_t> ks;      ///< rising
  std::vector<std::uint64_t> seeds;  ///< rising
  std::vector<Row> rows;             ///< for the blocks of ordinal features; empty: as these say
  std::vector<CompareBlock> blocks;  ///< empty: all features together
  std::int64_t pairs = 10;           ///< of bootstrap samples; 0: stability is not asked for
  std::int64_t references = 20;      ///< tables without segments; 0: none
  std::int64_t splits = 0;           ///< into halves, for the strength of prediction; 0: it is not asked for
  std::int64_t customers = 1'000'000;  ///< that are looked at
  std::string settings;  ///< all else in the spec that figures depend on, as TOML, but the files
};

/// What the profile of the segments tells.
struct Profile {
  double smallest_effect = 0.1;      ///< of interest: a standardised difference
  std::vector<std::string> letters;  ///< features of which segments are compared one with another
  std::int64_t statements = 5;       ///< of a persona, at the most
};

/// What must not be told of few people.
struct Privacy {
  std::int64_t min_cell = 0;  ///< a figure about fewer is withheld; 0: nothing is
  bool ids = true;            ///< single customers are named, as typical ones
};

enum class Role { channel, product, message, format, offer, time };
/// How something is known: from a randomised trial, from what people did, from what they say.
enum class Evidence { tested, observed, declared };

/// One [[playbook]] block: things that may be done, and the columns that say what became of each. Invariant:
/// as many columns as options; `exposed` and `consent` are empty or as many, an element of them may be.
struct Playbook {
  Role role = Role::channel;
  std::vector<std::string> options;
  std::vector<std::string> columns;  ///< what customers did with each: flags, counts or amounts
  std::vector<std::string> exposed;  ///< who had the chance; rates are of those
  std::vector<std::string> consent;  ///< who may be reached
  Evidence evidence = Evidence::observed;
  std::vector<std::string> arms;  ///< of a campaign, which each option is; empty: those of the same name
  std::string outcome;            ///< of it, that counts; empty: its first
  double smallest_lift = 0.1;     ///< that a test should show: a share of the rate
};

/// What customers say matters to them, and how content they are with it: a column of each for every need.
struct Needs {
  std::vector<std::string> names;
  std::vector<std::string> importance;    ///< [names] columns, on one scale with `satisfaction`
  std::vector<std::string> satisfaction;  ///< [names] columns
};

/// Which of a segment's figures a criterion looks at.
enum class TargetFigure { mean, share, index, difference, customers };
enum class TargetAxis { attractiveness, strength };

/// One [[targeting.criteria]] block. Invariant: it has `from` and `to`, which differ, or a limit.
struct Criterion {
  TargetAxis axis = TargetAxis::attractiveness;
  std::string feature;  ///< of the profile; empty of customers
  std::string level;    ///< of its answers; empty: of its numbers
  TargetFigure figure = TargetFigure::mean;
  double weight = 1;
  std::optional<double> from;  ///< the figure that is worth nothing
  std::optional<double> to;    ///< the figure that is worth all; below `from` where less is better
  std::optional<double> at_least, at_most;  ///< who is outside is knocked out
};

/// Which segments to go for, by what the user says makes one worth it.
struct Targeting {
  std::vector<Criterion> criteria;
  std::string value;  ///< a feature whose sum is a segment's value; empty: its customers
};

/// What brands stand for: a column for every brand and attribute. Empty where nothing is said.
struct Positioning {
  std::vector<std::string> brands;
  std::vector<std::string> attributes;
  std::string columns;  ///< as "image_{brand}_{attribute}"
  [[nodiscard]] std::string column(const std::string& brand, const std::string& attribute) const;
};

struct Spec {
  Input input;
  std::vector<FeatureBlock> features;
  std::vector<Construct> constructs;
  std::vector<Geography> geographies;
  std::vector<std::string> describe_only;                   ///< globs
  std::string describe_only_key = "describe_only.columns";  ///< what messages call them
  Sentinels described_missing_values;  ///< in the described columns alone, beside those of the input
  Cluster cluster;
  Compare compare;                            ///< where that is what the spec is read for
  std::vector<std::string> codebooks;         ///< CSV files
  std::map<std::int32_t, std::string> names;  ///< of segments, by id
  Profile profile;
  Privacy privacy;
  Positioning positioning;
  std::vector<Playbook> playbook;
  std::vector<std::string> engagement;  ///< columns that say how engaged customers are
  Needs needs;
  Targeting targeting;
  std::string output_path = "segments.h5";
  std::string effective;  ///< the spec as TOML after overrides, without [output]
};

const char* to_string(Algorithm algorithm);
const char* to_string(Role role);
const char* to_string(Evidence evidence);
const char* to_string(TargetFigure figure);
const char* to_string(TargetAxis axis);
std::vector<Algorithm> all_algorithms();
/// None where `name` is no algorithm's.
std::optional<Algorithm> algorithm_named(std::string_view name);
const char* to_string(Facet facet);
const char* to_string(Kind kind);
const char* to_string(Transform transform);
const char* to_string(Scale scale);
const char* to_string(Missing missing);
const char* to_string(Row row);
const char* to_string(Covariance covariance);
const char* to_string(Metric metric);
const char* to_string(Init init);

}  // namespace psychograph::spec
