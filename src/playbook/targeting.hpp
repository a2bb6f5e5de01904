// Which segments to go for: criteria that the user declares, over figures of the profile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "insight/codebook.hpp"
#include "playbook/tables.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::playbook {

/// A figure of a segment with its 95 % interval; NaN where it is withheld or there is none.
struct Figure {
  double value = none, low = none, high = none;
  std::int64_t base = results::no_count;

  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& value& low& high& base;
  }
};

/// Invariant: criteria [criteria, k], values [k].
struct TargetFigures {
  std::vector<Figure> criteria;
  std::vector<Figure> values;  ///< of all a segment's customers together

  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& criteria& values;
  }
};

/// What the criteria look at. `profile`: the table of that name, which `source` names in messages; `sizes`
/// [k]: customers, `results::no_count` where that is withheld. Local. Throws a usage error for a feature, a
/// level or a figure that the profile has not.
TargetFigures look_up(const spec::Targeting& targeting, const results::TidyTable& profile,
                      const Segments& segments, const std::vector<std::int64_t>& sizes,
                      const std::string& source);

/// What a figure is worth by a criterion, 0 to 1; NaN where the criterion only limits, or there is no figure.
double score(const spec::Criterion& criterion, double figure);

/// A row a criterion and segment; columns of this and the next: docs/playbook.md. Local.
results::TidyTable criteria_table(const spec::Targeting& targeting, const TargetFigures& figures,
                                  const Segments& segments, const insight::Codebook& codebook);

/// A row a segment: attractiveness, strength (0 to 1) and value. An interval of an axis holds its ends where
/// all criteria's figures err to one side together: it covers 95 % and more. Local.
results::TidyTable target_table(const spec::Targeting& targeting, const TargetFigures& figures,
                                const Segments& segments, const insight::Codebook& codebook);

/// For a terminal, of a `target_table`: the most attractive first, then who is knocked out. Local.
std::string summarise_targets(const results::TidyTable& targets);

}  // namespace psychograph::playbook
