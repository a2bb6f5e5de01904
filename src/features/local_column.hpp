// The cells of one feature on this rank, in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/row_memory.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "features/value_counts.hpp"
#include "io/shard.hpp"
#include "stats/column_loops.hpp"

namespace psychograph::features {

/// A numeric feature's cells [local rows], kept as the file stores them and shown as doubles, some thousand
/// at a time, which stay in the first cache: a look at all of them costs what memory gives 4 bytes a cell
/// for, not 8. Narrow whole numbers are counted as well, and what is made of them looked up. Local
/// throughout.
class LocalColumn {
 public:
  /// All cells, from local row `first` on, NaN where missing. The values may be changed; they are copies.
  using See = std::function<void(std::size_t first, std::span<double> values)>;
  /// Cells that are not missing, of customers who take part, in their order.
  using SeeObserved = std::function<void(std::span<double> values)>;

  LocalColumn(const io::Shard& shard, const Participation& participation)
      : shard_(&shard), participation_(&participation), bytes_(shard.where()), values_(shard.where()) {}

  /// Where it keeps cells.
  [[nodiscard]] const core::RowMemory& where() const { return shard_->where(); }

  /// Forgets the cells, keeps the memory.
  void start(const Feature& feature);
  /// Gives the memory back.
  void release();
  /// Takes a block over. Throws the data error for an infinite or too large value (file, column and row).
  void add(const io::RawBlock& block);
  /// Takes a construct's values [local rows] over.
  void add(core::RowVector<double> values);

  /// Of narrow whole numbers: how often each occurs. Null for others; the same on all ranks.
  [[nodiscard]] const ValueCounts* value_counts() const { return counts_ ? &*counts_ : nullptr; }
  /// Extremes and number of missing cells among the customers who take part.
  [[nodiscard]] const stats::Extremes& extremes() const { return extremes_; }
  /// Number of observed cells.
  [[nodiscard]] std::int64_t count() const { return count_; }
  /// Global row of the first missing cell; the largest int64 where there is none.
  [[nodiscard]] std::int64_t first_missing() const { return first_missing_; }

  void for_each(const See& see) const;
  /// Where values are counted: all cells as they are stored, without gaps, and what is shown for the bits of
  /// each.
  using SeeStored = std::function<void(const io::RawBlock& block, std::span<const double> shown)>;
  void for_each_stored(const SeeStored& see) const;
  void for_each_observed(const SeeObserved& see) const;

  /// Replaces every cell x of the customers who take part by t(x), missing ones by t(fill).
  void fill_and_transform(double fill, spec::Transform transform);

 private:
  /// Some consecutive cells: as stored, or as doubles.
  struct Piece {
    io::RawBlock block;
    io::ElementType type;
    bool marked = false;  ///< NaN already where missing
  };

  void keep(const io::RawBlock& block);
  void look_at_counts();
  void show_counted(const See& see) const;
  /// `seen` is what `find_extremes` says of the values, whoever takes part.
  void look(std::size_t first, std::span<double> values, stats::Extremes seen);
  [[nodiscard]] std::span<double> observed(std::size_t first, std::span<double> values) const;

  const io::Shard* shard_;
  const Participation* participation_;
  const Feature* feature_ = nullptr;
  std::optional<ValueCounts> counts_;
  io::PageBuffer bytes_;
  std::vector<Piece> pieces_;
  core::RowVector<double> values_;  ///< instead of the pieces, where they are not what the file stores
  stats::Extremes extremes_;
  std::int64_t count_ = 0;
  std::int64_t first_missing_ = 0;
  mutable std::vector<double> cells_;
};

}  // namespace psychograph::features
