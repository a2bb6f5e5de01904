// What every segment looks like, in figures: each with its base and its doubt.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/figure.hpp"
#include "insight/tally.hpp"

namespace psychograph::insight {

/// Figures that there are none of.
inline constexpr double no_figure = core::not_a_number;

/// What the whole of a feature's answers tells of the segments.
struct Effect {
  double effect = no_figure;     ///< a share of variance, 0 to 1
  const char* kind = "eta2";     ///< of numbers; "tau" (Goodman and Kruskal) of levels
  double cramers_v = no_figure;  ///< of levels, beside
  double statistic = no_figure;  ///< F, or chi-square
  double df1 = no_figure;
  double df2 = no_figure;  ///< none of chi-square
  double p = no_figure;    ///< none where the segments were made of the feature: it proves nothing
};

/// What holds a segment to others, or to everybody.
struct Comparison {
  double index = no_figure, index_low = no_figure, index_high = no_figure;
  double mean_rest = no_figure, share_rest = no_figure;
  /// Standardised: less the rest's, by everybody's deviation.
  double difference = no_figure, difference_low = no_figure, difference_high = no_figure;
  double p = no_figure, q = no_figure;  ///< segment against rest
};

/// All that is withheld with a count.
struct RowFigures : Comparison {
  double share = no_figure, share_low = no_figure, share_high = no_figure;
  double mean = no_figure, mean_low = no_figure, mean_high = no_figure;
  double sd = no_figure;  ///< of a sample; everybody's is the population's, in which differences are measured
  std::array<double, told_quantiles.size()> quantiles{no_figure, no_figure, no_figure, no_figure, no_figure};
  double top2 = no_figure, bottom2 = no_figure;  ///< shares of the two highest and lowest answers
};

/// One feature, or one level of it, in one segment or among everybody.
struct ProfileRow : RowFigures {
  std::size_t feature = 0;
  std::int64_t level = -1;  ///< -1: the feature's numbers
  std::size_t group = 0;    ///< k: everybody
  std::int64_t base = 0;
  double effective_base = 0;
  std::int64_t missing = 0;
  std::int64_t count = 0;    ///< of customers at the level; of numbers the base
  std::string letters = {};  ///< of the segments that this one is above
  std::string verdict = {};
};

struct ProfileFeature {
  std::string name;
  spec::Facet facet;
  spec::Kind kind;
  bool clustered;
  std::vector<std::string> columns;  ///< of the table
  std::vector<std::string> levels;
  Effect numbers;  ///< where there are rows of numbers
  Effect leveled;  ///< where there are rows of levels
};

struct Profile {
  std::vector<std::int32_t> ids;   ///< [k]
  std::vector<std::string> names;  ///< [k]
  std::vector<ProfileFeature> features;
  std::vector<ProfileRow> rows;  ///< by feature, level and group
};

struct ProfileOptions {
  double smallest_effect = 0.1;      ///< a standardised difference below is of no interest
  std::vector<std::string> letters;  ///< names of the features whose segments are compared with one another
};

/// The smallest effective base of which more is said than that it is too few.
inline constexpr double least_base = 10;

/// The profile of segments with such ids and names [k]. Definitions: docs/profile.md. Local.
Profile make_profile(std::span<const Tally> tallies, std::vector<std::int32_t> ids,
                     std::vector<std::string> names, const ProfileOptions& options);

}  // namespace psychograph::insight
