#include "features/resolve.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "features/geography.hpp"
#include "features/text_guess.hpp"

namespace psychograph::features {
namespace {

/// `as_number`: its user treats it as one that has a distance.
spec::Kind default_kind(const io::Column& column, bool as_number = false) {
  if (io::holds_numbers(column)) {
    if (column.kind == "ordinal") return spec::Kind::ordinal;
    return column.kind == "categorical" && !as_number ? spec::Kind::categorical : spec::Kind::numeric;
  }
  return io::is_boolean(column) ? spec::Kind::binary : spec::Kind::categorical;
}

spec::Missing default_missing(spec::Kind kind) {
  switch (kind) {
    case spec::Kind::ordinal:
      return spec::Missing::median;
    case spec::Kind::categorical:
      return spec::Missing::level;
    case spec::Kind::binary:
      return spec::Missing::mode;
    case spec::Kind::numeric:
      break;
  }
  return spec::Missing::mean;
}

/// A column of text is wanted for numbers: whether one cell made it text is for the data to tell.
struct TextForNumbers : core::Error {
  TextForNumbers(std::string found, const std::string& advice, std::string name, spec::Sentinels words)
      : core::Error(core::usage_error(found + advice)),
        finding(std::move(found)),
        column(std::move(name)),
        missing(std::move(words)) {}
  std::string finding;
  std::string column;
  spec::Sentinels missing;
};

class Resolution {
 public:
  Resolution(const io::Table& table, const spec::Spec& spec, const std::vector<SettledGeography>& geographies)
      : table_(table), spec_(spec), geographies_(geographies) {
    if (spec.input.id) hidden_.insert(*spec.input.id);
    if (spec.input.weight) hidden_.insert(*spec.input.weight);
    for (const auto& name : expand(spec.describe_only, spec.describe_only_key)) described_.insert(name);
  }

  std::vector<Feature> run() {
    for (std::size_t b = 0; b < spec_.features.size(); ++b) {
      const auto& block = spec_.features[b];
      const auto key = fmt::format("features.{}.columns", b);
      const auto names = expand(block.columns, key);
      for (const auto& name : names) add_column(name, names, block, key);
    }
    for (const auto& construct : spec_.constructs) add_construct(construct);
    for (std::size_t g = 0; g < geographies_.size(); ++g)
      add_geography(geographies_[g], spec_.geographies[g]);
    for (const auto& name : described_) add_described(name);
    for (std::size_t g = 0; g < geographies_.size(); ++g)
      add_places_around(geographies_[g], spec_.geographies[g]);
    return std::move(features_);
  }

 private:
  /// The columns that a glob matches. It leaves out id, weight and the described columns, and what is no
  /// column of ours.
  std::vector<std::string> match(const std::string& glob, const std::string& key) const {
    std::vector<std::string> matched;
    for (const auto& column : table_.columns) {
      const bool ours = column.globbed && !hidden_.contains(column.name) && !described_.contains(column.name);
      if (!ours || !io::matches_glob(glob, column.name)) continue;
      (void)io::require_column(table_, column.name, key);
      matched.push_back(column.name);
    }
    if (matched.empty()) {
      const auto near = io::likely_name(table_, glob);
      throw core::data_error(fmt::format("{}: no column of {} matches \"{}\" ({}){}", io::files_name(table_),
                                         table_.name, glob, key,
                                         near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
    }
    return matched;
  }

  /// The columns that are called or match so, in the patterns' order, each once. What names a column is that
  /// column, whatever it would match as a glob.
  std::vector<std::string> expand(const std::vector<std::string>& patterns, const std::string& key) const {
    std::vector<std::string> names;
    for (const auto& pattern : patterns) {
      std::vector<std::string> matched;
      if (io::is_glob(pattern) && !table_.find(pattern)) {
        matched = match(pattern, key);
      } else {
        (void)io::require_column(table_, pattern, key);
        matched.push_back(pattern);
      }
      for (auto& name : matched) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
      }
    }
    return names;
  }

  const io::Column& column(const std::string& name) const { return table_.columns[*table_.find(name)]; }

  void claim(const std::string& name, const std::string& key) {
    if (described_.contains(name)) {
      throw core::usage_error(fmt::format(
          "{}: \"{}\" is listed under describe_only.columns too, which is never clustered on", key, name));
    }
    if (hidden_.contains(name)) {
      throw core::usage_error(
          fmt::format("{}: \"{}\" is the id or the weight, which is never clustered on", key, name));
    }
    if (!taken_.insert(name).second)
      throw core::usage_error(fmt::format("{}: \"{}\" is a feature already", key, name));
  }

  void add_column(const std::string& name, const std::vector<std::string>& all,
                  const spec::FeatureBlock& block, const std::string& key) {
    claim(name, key);
    const auto& source = column(name);
    Feature feature;
    feature.name = name;
    feature.columns = block.row == spec::Row::none ? std::vector{name} : all;
    feature.row = block.row;
    feature.facet = block.facet;
    const bool answers = spec_.cluster.algorithm == spec::Algorithm::latent_class;
    // Who scales or transforms a column, or fills it with something between, takes it for a number.
    const bool between = block.missing == spec::Missing::mean || block.missing == spec::Missing::median;
    const bool as_number = block.kind || block.scale || block.row != spec::Row::none || block.since ||
                           block.transform != spec::Transform::none || between;
    feature.kind = block.kind.value_or(answers ? spec::Kind::categorical : default_kind(source, as_number));
    if (answers) require_answers(feature, block, key);
    feature.kind_by_default = !block.kind.has_value() && source.kind.empty();
    feature.transform = block.transform;
    feature.scale = block.scale.value_or(
        feature.kind == spec::Kind::binary || feature.kind == spec::Kind::categorical ? spec::Scale::none
                                                                                      : spec::Scale::zscore);
    feature.missing = block.missing.value_or(default_missing(feature.kind));
    const bool names = feature.kind == spec::Kind::categorical || feature.kind == spec::Kind::binary;
    feature.weight = block.weight * (names ? spec_.cluster.gamma : 1.0);
    feature.from_zero = answers || spec_.cluster.algorithm == spec::Algorithm::kprototypes;
    feature.leveled = feature.kind == spec::Kind::categorical ||
                      (feature.kind == spec::Kind::binary && !io::holds_numbers(source));
    feature.sentinels = spec::united(spec_.input.missing_values, block.missing_values);
    feature.since = block.since;
    if (!as_number && io::holds_numbers(source) && (answers || feature.kind == spec::Kind::numeric)) {
      feature.missing_if_flags = block.missing.value_or(default_missing(spec::Kind::binary));
      feature.weight_if_flags = block.weight * spec_.cluster.gamma;
    }
    check(feature, source, key);
    features_.push_back(std::move(feature));
  }

  /// Latent classes are of answers by name; two of them are names like any others.
  static void require_answers(Feature& feature, const spec::FeatureBlock& block, const std::string& key) {
    if (feature.kind == spec::Kind::binary) feature.kind = spec::Kind::categorical;
    if (feature.kind != spec::Kind::categorical)
      throw core::usage_error(fmt::format(
          "{}: column \"{}\" is {}, and latent classes are of answers by name, without an order: use kind = "
          "\"categorical\"",
          key, feature.name, spec::to_string(feature.kind)));
    if (block.weight != 1)
      throw core::usage_error(
          fmt::format("{}: column \"{}\" has a weight, and in latent classes each answer counts "
                      "by what it says",
                      key, feature.name));
  }

  static void check(const Feature& feature, const io::Column& source, const std::string& key) {
    const auto fail = [&](const std::string& message) {
      throw core::usage_error(fmt::format("{}: column \"{}\" {}", key, feature.name, message));
    };
    if (!feature.leveled && source.type == io::ColumnType::text) {
      throw TextForNumbers(fmt::format("{}: column \"{}\" holds text, so its kind can't be {}", key,
                                       feature.name, spec::to_string(feature.kind)),
                           ": use categorical", feature.name, feature.sentinels);
    }
    if (!feature.leveled && !io::holds_numbers(source)) {
      fail(fmt::format("holds categories, so its kind can't be {}: use categorical",
                       spec::to_string(feature.kind)));
    }
    if (feature.since && source.times.empty())
      fail("holds no dates, which since is for: import makes them of what is written as 2018-01-31");
    if (feature.row != spec::Row::none && (feature.leveled || feature.kind == spec::Kind::binary))
      fail(fmt::format("holds {}, which have no mean: row = \"{}\" is for numbers",
                       feature.leveled ? "levels" : "truth values", spec::to_string(feature.row)));
    if (feature.row != spec::Row::none && feature.columns.size() < 2)
      fail(fmt::format(
          "is the only one of its block, so that there is nothing to tell its answers against: row = \"{}\" "
          "takes two columns or more",
          spec::to_string(feature.row)));
    if (feature.leveled && feature.transform != spec::Transform::none)
      fail("holds levels, which have no transform");
    if (feature.leveled && feature.scale != spec::Scale::none) fail("holds levels, which are not scaled");
    const bool by_number = feature.missing == spec::Missing::mean ||
                           feature.missing == spec::Missing::median || feature.missing == spec::Missing::zero;
    if (feature.leveled && by_number)
      fail(fmt::format("holds levels: missing = \"{}\" is not for it", spec::to_string(feature.missing)));
    if (feature.kind != spec::Kind::categorical && feature.missing == spec::Missing::level)
      fail("is not categorical: missing = \"level\" is not for it");
  }

  void add_construct(const spec::Construct& construct) {
    const auto key = fmt::format("constructs \"{}\"", construct.name);
    if (spec_.cluster.algorithm == spec::Algorithm::latent_class)
      throw core::usage_error(
          fmt::format("{}: latent classes are of answers by name: give them the items, as features", key));
    claim(construct.name, key);
    Feature feature;
    feature.name = construct.name;
    feature.columns = construct.items;
    feature.construct = true;
    feature.facet = construct.facet;
    feature.scale = construct.scale;
    feature.missing = construct.missing;
    feature.weight = construct.weight;
    feature.sentinels = spec::united(spec_.input.missing_values, construct.missing_values);
    feature.ranged = construct.range.has_value();
    if (construct.range) std::tie(feature.lowest, feature.highest) = *construct.range;
    for (const auto& item : construct.items) {
      check_item(item, feature, key);
      feature.reversed.push_back(std::find(construct.reverse.begin(), construct.reverse.end(), item) !=
                                 construct.reverse.end());
    }
    features_.push_back(std::move(feature));
  }

  /// Answers are averaged: they must be numbers, and their missing values the same as where the item stands
  /// by itself.
  void check_item(const std::string& item, const Feature& construct, const std::string& key) const {
    const auto fail = [&](const std::string& message) {
      throw core::usage_error(fmt::format("{}: item \"{}\" {}", key, item, message));
    };
    (void)io::require_column(table_, item, key);
    if (hidden_.contains(item)) fail("is the id or the weight of the input");
    const auto& source = column(item);
    if (source.type == io::ColumnType::text) {
      throw TextForNumbers(fmt::format("{}: item \"{}\" holds text, which has no mean", key, item),
                           ": store the answers as numbers", item, construct.sentinels);
    }
    if (!io::holds_numbers(source) && !io::is_boolean(source)) {
      fail(
          "holds categories, whose codes say nothing of how far apart answers are: store the answers as "
          "numbers");
    }
    for (const auto& feature : features_) {
      if (feature.construct || feature.name != item) continue;
      const auto all = spec::united(construct.sentinels, feature.sentinels);
      if (all.numbers.size() == construct.sentinels.numbers.size()) continue;
      fail("has more missing_values as a feature: give them to the construct too");
    }
  }

  void add_geography(const SettledGeography& settled, const spec::Geography& geography) {
    spec::FeatureBlock block;
    block.columns = {settled.column};
    block.facet = spec::Facet::geographic;
    block.kind = spec::Kind::categorical;
    block.missing_values = geography.missing_values;
    block.weight = geography.weight;
    add_column(settled.column, block.columns, block, "geography.levels");
    features_.back().rolled_up = settled.notice;
  }

  void add_places_around(const SettledGeography& settled, const spec::Geography& geography) {
    for (const auto& name : settled.around) {
      if (described_.contains(name)) continue;
      claim(name, "geography.levels");
      add_described(name);
      auto& feature = features_.back();
      feature.facet = spec::Facet::geographic;
      feature.kind = spec::Kind::categorical;
      feature.kind_by_default = false;
      feature.leveled = true;
      feature.missing = spec::Missing::level;
      feature.missing_if_flags.reset();
      feature.sentinels = spec::united(spec_.input.missing_values, geography.missing_values);
    }
  }

  void add_described(const std::string& name) {
    Feature feature;
    feature.name = name;
    feature.columns = {name};
    feature.clustered = false;
    feature.facet = spec::Facet::demographic;
    feature.kind = default_kind(column(name));
    feature.kind_by_default = column(name).kind.empty();
    feature.scale = spec::Scale::none;
    feature.leveled = !io::holds_numbers(column(name)) || feature.kind == spec::Kind::categorical;
    feature.missing = feature.leveled ? spec::Missing::level : spec::Missing::mean;
    if (feature.kind == spec::Kind::numeric) feature.missing_if_flags = feature.missing;
    feature.sentinels = spec::united(spec_.input.missing_values, spec_.described_missing_values);
    features_.push_back(std::move(feature));
  }

  const io::Table& table_;
  const spec::Spec& spec_;
  const std::vector<SettledGeography>& geographies_;
  std::set<std::string> hidden_;
  std::set<std::string> described_;
  std::set<std::string> taken_;
  std::vector<Feature> features_;
};

}  // namespace

std::vector<Feature> resolve(const io::Table& table, const spec::Spec& spec) {
  return Resolution(table, spec, {}).run();
}

void follow_geographies(spec::Spec& spec, const Schema& model) {
  for (auto& geography : spec.geographies) {
    for (const auto& fitted : model.features) {
      const auto& levels = geography.levels;
      if (fitted.feature.clustered &&
          std::find(levels.begin(), levels.end(), fitted.feature.name) != levels.end())
        geography.settled = fitted.feature.name;
    }
  }
}

void become_binary(Feature& feature) {
  feature.kind = spec::Kind::binary;
  feature.scale = spec::Scale::none;
  if (feature.missing_if_flags) feature.weight = feature.weight_if_flags;
  feature.missing = feature.missing_if_flags.value_or(feature.missing);
  feature.missing_if_flags.reset();
}

void take_kinds(std::vector<Feature>& features, const Schema& model) {
  for (auto& feature : features) {
    const auto known = std::find_if(model.features.begin(), model.features.end(), [&](const auto& fitted) {
      return fitted.feature.name == feature.name && !fitted.feature.leveled;
    });
    if (!feature.missing_if_flags || known == model.features.end()) continue;
    if (known->feature.kind == spec::Kind::binary) become_binary(feature);
    feature.missing_if_flags.reset();
  }
}

std::vector<Feature> resolve(const comm::Communicator& world, const io::Shard& shard,
                             const spec::Spec& spec) {
  std::vector<SettledGeography> geographies;
  for (const auto& geography : spec.geographies)
    geographies.push_back(settle_geography(world, shard, geography, spec.input.missing_values));
  std::optional<TextForNumbers> failure;  // known on all ranks alike
  try {
    return Resolution(shard.table(), spec, geographies).run();
  } catch (const TextForNumbers& error) {
    failure = error;
  }
  const auto guess = guess_text(world, shard, failure->column, failure->missing);
  if (!guess.is_spoilt() && !guess.is_numbers()) throw core::Error(*failure);
  throw core::usage_error(
      fmt::format("{}: {}", failure->finding, guess.account(shard.table(), failure->column)));
}

}  // namespace psychograph::features
