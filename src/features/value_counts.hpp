// The cells of a column of narrow whole numbers, told by how often each value occurs: statistics need one
// look at them, and what is made of a cell is looked up.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "features/participation.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"
#include "stats/column_loops.hpp"
#include "stats/tallies.hpp"

namespace psychograph::features {

/// The bits of cell `i`, where Bits is as wide.
template <class Bits>
Bits stored_bits(const io::RawBlock& block, std::size_t i) {
  Bits bits;
  std::memcpy(&bits, block.data + i * block.stride, sizeof bits);
  return bits;
}

/// Counts of the values that 8 or 16 bits can hold, signed or not, and of missing cells. Local.
class ValueCounts {
 public:
  /// Whether a feature's cells are counted; ranks agree. Those of 16 bits are only where there are more cells
  /// than values, and few columns in memory together: a table takes some MiB.
  [[nodiscard]] static bool suits(const io::Shard& shard, const Feature& feature);

  /// Of a feature that suits, for customers who take part; all stay where they are.
  ValueCounts(const io::Shard& shard, const Participation& participation, const Feature& feature);

  /// Counts a block's cells.
  void add(const io::RawBlock& block);

  /// Every value with its place, in their order; then missing ones.
  [[nodiscard]] std::span<const std::int64_t> counts() const { return counts_; }
  /// What `counts`, of all ranks, say: values as they are shown, rising.
  [[nodiscard]] std::vector<stats::Tally> tallies(std::span<const std::int64_t> counts) const;
  /// Of the customers who take part, as shown.
  [[nodiscard]] stats::Extremes extremes() const;
  [[nodiscard]] std::int64_t missing() const { return filled_ ? 0 : counts_.back(); }
  [[nodiscard]] std::int64_t observed() const;
  /// Global row of the first of them, while nothing is filled; the largest int64 where there is none.
  [[nodiscard]] std::int64_t first_missing() const { return first_missing_; }

  /// From now on a cell x is shown as t(x), a missing one as t(fill).
  void fill_and_transform(double fill, spec::Transform transform);

  /// What is shown for each number that a cell of the block may be stored as, by its bits [256 or 65536]; NaN
  /// where missing. It stays until the next call.
  [[nodiscard]] std::span<const double> shown(const io::RawBlock& block) const;

 private:
  /// The place in `counts_` of each number that a cell may be stored as, in one file's type and with its
  /// marks.
  [[nodiscard]] std::span<const std::uint32_t> places(const io::RawBlock& block) const;
  [[nodiscard]] double shown_at(std::size_t place) const;
  void find_first_missing(const io::RawBlock& block, std::span<const std::uint32_t> places);

  const io::Shard* shard_;
  const Participation* participation_;
  const Feature* feature_;
  std::vector<std::int64_t> counts_;
  std::vector<std::uint32_t>
      found_;  ///< of the block at hand, by bits; several times, as neighbours are often equal
  std::int64_t first_missing_;
  std::optional<double> filled_;  ///< as shown
  spec::Transform transform_ = spec::Transform::none;
  mutable std::size_t file_;  ///< which `places_` are of
  mutable std::vector<std::uint32_t> places_;
  mutable std::vector<double> shown_;
};

}  // namespace psychograph::features
