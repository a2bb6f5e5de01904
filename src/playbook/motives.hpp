// What goes with engagement inside each segment, and what goes with it more there than elsewhere.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "insight/codebook.hpp"
#include "playbook/pairs.hpp"
#include "playbook/tables.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::playbook {

struct Motive {
  std::size_t segment = 0;
  std::size_t feature = 0;
  std::size_t engagement = 0;
  std::int64_t base = 0;
  std::int64_t fewest = 0;  ///< PairSums::fewest: who lacks one of two columns is told by the other
  /// Deviations of engagement for one of the feature, both everybody's; NaN where it can't be told.
  double slope = none, slope_low = none, slope_high = none;
  double slope_rest = none;                         ///< inside the other segments, taken together
  double p = none, q = none;                        ///< of the slope: no slope
  double p_difference = none, q_difference = none;  ///< of the difference from the rest
  std::string verdict = {};
};

/// Every feature with every engagement, whose columns follow the features'.
Couples motive_couples(std::size_t features, std::size_t engagements);

/// By segment, engagement and feature, of sums of `motive_couples`. `q` is over all rows at once, each kind
/// by itself. Local.
std::vector<Motive> find_motives(const Pairs& pairs, std::size_t features);

/// A row a segment, engagement and feature; columns: docs/playbook.md. Bases below `privacy.min_cell` are
/// withheld with their figures. Local.
results::TidyTable motive_table(std::vector<Motive> motives, const std::vector<std::string>& features,
                                const std::vector<std::string>& engagements, const Segments& segments,
                                const insight::Codebook& codebook, const insight::Gate& gate);

}  // namespace psychograph::playbook
