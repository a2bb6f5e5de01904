// What goes with engagement inside each segment, and what goes with it more there than elsewhere.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "insight/codebook.hpp"
#include "insight/tally.hpp"
#include "io/shard.hpp"
#include "playbook/tables.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::playbook {

/// Sums over the customers who have both of two columns, in exact steps (typing::step) of their units.
struct PairSums {
  std::int64_t n = 0;
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t xx_high = 0, xx_low = 0;
  std::int64_t xy_high = 0, xy_low = 0;
  std::int64_t yy_high = 0, yy_low = 0;

  void add(std::int32_t x_steps, std::int32_t y_steps);
};

/// [segments, features, engagements]
struct Pairs {
  std::size_t segments = 0;
  std::size_t features = 0;
  std::size_t engagements = 0;
  std::vector<PairSums> sums;
  [[nodiscard]] const PairSums& at(std::size_t g, std::size_t f, std::size_t e) const {
    return sums[(g * features + f) * engagements + e];
  }
};

/// One read of the columns: features first, then engagements; all numbers. Collective. Throws a data error.
Pairs count_pairs(const comm::Communicator& world, const io::Shard& shard,
                  const std::vector<features::FittedFeature>& features,
                  const std::vector<features::FittedFeature>& engagements, const insight::Labels& labels,
                  std::size_t segments);

struct Motive {
  std::size_t segment = 0;
  std::size_t feature = 0;
  std::size_t engagement = 0;
  std::int64_t base = 0;
  /// Deviations of engagement for one of the feature, both everybody's; NaN where it can't be told.
  double slope = none, slope_low = none, slope_high = none;
  double slope_rest = none;                         ///< inside the other segments, taken together
  double p = none, q = none;                        ///< of the slope: no slope
  double p_difference = none, q_difference = none;  ///< of the difference from the rest
  std::string verdict = {};
};

/// By segment, engagement and feature. `q` is over all rows at once, each kind by itself. Local.
std::vector<Motive> find_motives(const Pairs& pairs);

/// A row a segment, engagement and feature; columns: docs/playbook.md. Bases below `privacy.min_cell` are
/// withheld with their figures. Local.
results::TidyTable motive_table(std::vector<Motive> motives, const std::vector<std::string>& features,
                                const std::vector<std::string>& engagements, const Segments& segments,
                                const insight::Codebook& codebook, const insight::Gate& gate);

}  // namespace psychograph::playbook
