// What every segment looks like, in figures: each with its base and its doubt.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "insight/tally.hpp"

namespace psychograph::insight {

/// What the whole of a feature's answers tells of the segments.
struct Effect {
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();
  double effect = none;       ///< a share of variance, 0 to 1
  const char* kind = "eta2";  ///< of numbers; "tau" (Goodman and Kruskal) of levels
  double cramers_v = none;    ///< of levels, beside
  double statistic = none;    ///< F, or chi-square
  double df1 = none;
  double df2 = none;  ///< none of chi-square
  double p = none;    ///< none where the segments were made of the feature: it proves nothing
};

/// One feature, or one level of it, in one segment or among everybody. Figures that there are none of are
/// NaN.
struct ProfileRow {
  std::size_t feature = 0;
  std::int64_t level = -1;  ///< -1: the feature's numbers
  std::size_t group = 0;    ///< k: everybody
  std::int64_t base = 0;
  double effective_base = 0;
  std::int64_t missing = 0;
  std::int64_t count = 0;  ///< of customers at the level; of numbers the base
  double share, share_low, share_high;
  double index, index_low, index_high;
  double mean, mean_low, mean_high;
  double sd;  ///< of a sample; everybody's is the population's, in which differences are measured
  double quantiles[told_quantiles.size()];
  double top2, bottom2;  ///< shares of the two highest and lowest answers
  double mean_rest, share_rest;
  double difference, difference_low,
      difference_high;  ///< standardised: less the rest's, by everybody's deviation
  double p, q;          ///< segment against rest
  std::string letters;  ///< of the segments that this one is above
  std::string verdict;
};

struct ProfileFeature {
  std::string name;
  spec::Facet facet;
  spec::Kind kind;
  bool clustered;
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
