// Sums over pairs of columns inside each segment, exact: what slopes and gaps are made of.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "insight/tally.hpp"
#include "io/shard.hpp"
#include "typing/question.hpp"

namespace psychograph::playbook {

/// Sums over the customers who have both of two columns, in exact steps (typing::step) of their units.
struct PairSums {
  std::int64_t n = 0;
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t xx_high = 0, xx_low = 0;
  std::int64_t xy_high = 0, xy_low = 0;
  std::int64_t yy_high = 0, yy_low = 0;
  std::int64_t x_alone = 0, y_alone = 0, neither = 0;  ///< customers who lack the other, or both

  /// Of who has both, one, the other or neither: the fewest, but none.
  [[nodiscard]] std::int64_t fewest() const;
  void add(std::int32_t x_steps, std::int32_t y_steps);
  PairSums& operator+=(const PairSums& other);
  PairSums& operator-=(const PairSums& other);
};

/// All of it.
inline constexpr std::int64_t PairSums::*pair_sums[] = {
    &PairSums::n,      &PairSums::x,       &PairSums::y,       &PairSums::xx_high,
    &PairSums::xx_low, &PairSums::xy_high, &PairSums::xy_low,  &PairSums::yy_high,
    &PairSums::yy_low, &PairSums::x_alone, &PairSums::y_alone, &PairSums::neither};

/// Of n customers, in steps: means, and sums of products about them.
struct PairMoments {
  long double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
};
PairMoments moments_of(const PairSums& sums);

/// Which columns are looked at together, by their places.
using Couples = std::vector<std::pair<std::size_t, std::size_t>>;

/// Invariant: sums [segments, couples].
struct Pairs {
  std::size_t segments = 0;
  Couples couples;
  std::vector<PairSums> sums;
  std::vector<typing::Predictor> scales = {};  ///< [columns]: what a step is
  [[nodiscard]] const PairSums& at(std::size_t g, std::size_t couple) const {
    return sums[g * couples.size() + couple];
  }
  /// Of all segments.
  [[nodiscard]] PairSums together(std::size_t couple) const;
};

/// One read of the columns, which hold numbers. Collective. Throws a data error.
Pairs count_pairs(const comm::Communicator& world, const io::Shard& shard,
                  const std::vector<features::FittedFeature>& columns, Couples couples,
                  const insight::Labels& labels, std::size_t segments, typing::Amounts amounts);

}  // namespace psychograph::playbook
