// Segments as people would tell of them: a name, a few statements, and how many of a segment they fit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "insight/codebook.hpp"
#include "insight/profile.hpp"
#include "insight/released.hpp"
#include "insight/tally.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::insight {

/// What can be said of a customer: the answer lies above (or not above) everybody's mean, or is (not) the
/// level.
struct Trait {
  std::size_t feature = 0;
  std::int64_t level = -1;  ///< -1: of a number
  bool above = true;
  double everybody = 0;  ///< the mean that a number is held to

  friend bool operator==(const Trait&, const Trait&) = default;
};

/// A trait of a segment, with its figures: a mean, a share of a level, or of the two highest or lowest
/// answers.
struct Statement {
  Trait trait;
  std::string text;
  std::int64_t base = 0;
  double figure = 0;
  double figure_all = 0;
  double difference = 0;  ///< standardised, from the rest
  /// Of the segment, the rest and everybody: the share whom this statement and all before it fit.
  double matches = 0;
  double matches_rest = 0;
  double matches_all = 0;
};

struct Persona {
  std::int32_t id = 0;
  std::string segment;  ///< the name in /segments
  std::string name;     ///< the user's, or made of the two strongest traits
  std::vector<Statement> is;
  std::vector<Statement> is_not;  ///< in what it is like everybody else, shown to be
};

using Personas = std::vector<Persona>;

/// Standardised differences from here on are worth a statement.
inline constexpr double marker_difference = 0.25;

/// Of every segment the `most` strongest traits among what the segments were made of, the strongest first
/// (ties: the first feature); prevalences are NaN until they are counted. `named`: whether a segment has the
/// name that a user has given it. Local.
Personas make_personas(const Profile& profile, const Codebook& codebook, std::size_t most,
                       const std::vector<bool>& named);

/// How many customers all of the first statements fit, for every number of statements.
struct Prevalence {
  std::vector<std::int64_t> in_segment;
  std::vector<std::int64_t> of_all;
};

/// One more look at the columns that statements are of. Who lacks an answer, no statement about it fits.
/// `input.features` are those of the profile, and of `tallies`. Collective. Throws a data error.
std::vector<Prevalence> count_prevalence(const TallyInput& input, const Personas& personas,
                                         const std::vector<Tally>& tallies);

/// A row a statement; columns: docs/profile.md. Local.
results::TidyTable persona_table(const Released<Personas>& personas);

}  // namespace psychograph::insight
