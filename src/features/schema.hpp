// The features: what they are (resolved from spec and table), and what the fit learned of each. A schema is
// all that is needed to encode customers, these or new ones.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/column_block.hpp"
#include "spec/spec.hpp"

namespace psychograph::features {

/// The quantiles that are computed of every numeric feature.
inline constexpr std::array<double, 7> quantile_levels{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

/// One feature: a column of the table, or a construct of several; or a column told against a customer's
/// answers in others.
struct Feature {
  std::string name;
  std::vector<std::string> columns;  ///< one; or a construct's items; or all of a block with a row option
  std::vector<bool> reversed;        ///< by item; empty where none is
  double lowest = 0;                 ///< a construct's range, where `ranged`
  double highest = 0;
  bool construct = false;
  bool ranged = false;
  spec::Facet facet = spec::Facet::behavioral;
  spec::Kind kind = spec::Kind::numeric;
  spec::Row row = spec::Row::none;  ///< of numbers: what the column `name`, one of `columns`, is told against
  spec::Transform transform = spec::Transform::none;
  spec::Scale scale = spec::Scale::zscore;
  spec::Missing missing = spec::Missing::mean;
  double weight = 1.0;
  bool clustered = true;         ///< false: described only
  bool leveled = false;          ///< cells are names of levels (categorical; or binary of text), not numbers
  bool kind_by_default = false;  ///< nobody has said what kind it is; not part of a model
  /// Of numbers that nobody said anything about: where they are all 0 and 1 the kind is binary, and this the
  /// rule.
  std::optional<spec::Missing> missing_if_flags = {};
  double weight_if_flags = 1.0;  ///< the weight then
  /// Names are encoded as 0 and a step, and not about their mean: so steps of all names are the same float,
  /// and customers who differ in as many from two prototypes are as far from both. Not part of a model, whose
  /// `centres` say it.
  bool from_zero = false;
  spec::Sentinels sentinels;
  std::optional<spec::Since> since = {};  ///< of times: cells are days or years since then
  std::string rolled_up;  ///< of a geography: why it is not a column within this one; not part of a model

  /// Whether its cells are made of those of several columns.
  [[nodiscard]] bool composite() const { return construct || row != spec::Row::none; }
};

/// Of the observed (not missing) cells of the customers that take part, in the user's units.
struct Statistics {
  std::int64_t count = 0;
  std::int64_t missing = 0;
  double mean = 0;
  double sd = 0;  ///< population
  double min = 0;
  double max = 0;
  std::array<double, quantile_levels.size()> quantiles{};
  std::array<std::int64_t, quantile_levels.size()> at_or_below{};  ///< cells no larger than each quantile
};

/// A level of a categorical feature; `missing` marks the level of those who lack the answer.
struct Level {
  std::string name;
  std::int64_t count = 0;
  bool missing = false;
  bool recoded = false;  ///< its cells are no UTF-8 in the table; only known where it was fitted
};

/// A feature with what was learned of it. Numeric: a cell x, filled where missing, is encoded as
/// (t(x) - offset) * factor and shifted by about its mean, or median (`centres`, encoded units) before it
/// becomes float. Categorical: each level is a 0/1 column times `factor`, shifted by its `centres` element.
struct FittedFeature {
  Feature feature;
  Statistics statistics;
  std::vector<Level> levels;    ///< where `feature.leveled`
  std::optional<double> alpha;  ///< Cronbach's, of a construct
  double fill = 0;              ///< user's units; a level's number where leveled
  double offset = 0;
  double factor = 1;
  std::vector<double> centres;   ///< one an encoded column, encoded units
  std::size_t first_column = 0;  ///< of the encoded columns
  std::string notice;            ///< what a user should know of its cells; not part of a model

  /// Encoded columns: 1, or one a level. 0 where not clustered.
  [[nodiscard]] std::size_t width() const;
};

struct Schema {
  std::vector<FittedFeature> features;  ///< clustered ones first, in spec order; then the described ones
  /// Rows are made of unit length, from encoded units: only their direction counts. The mean length that they
  /// had, which they are told in; 0: they are as they are.
  double length = 0;

  /// Encoded columns p.
  [[nodiscard]] std::size_t width() const;
  /// Names of the encoded columns: the feature's, or "home=rent".
  [[nodiscard]] std::vector<std::string> encoded_names() const;
  /// [p] what a centred value lacks to encoded units; 0 where rows are of unit length.
  [[nodiscard]] std::vector<double> centres() const;
  /// A centred encoded row [p] in the user's units: transforms undone; for a level, its share.
  [[nodiscard]] std::vector<double> to_user_units(const double* centred) const;
  /// The inverse of `to_user_units`.
  [[nodiscard]] std::vector<double> to_centred(const double* user_units) const;
};

/// Divides a row by its length, if it has one.
void make_unit(std::vector<double>& row);

/// The encoded columns of each clustered feature.
std::vector<core::ColumnBlock> column_blocks(const Schema& schema);

/// t(x) and its inverse.
double transformed(spec::Transform transform, double value);
double transformed_back(spec::Transform transform, double value);

}  // namespace psychograph::features
