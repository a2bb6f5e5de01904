// Features that are made of several columns: constructs, and answers that are told against a customer's
// others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/row_memory.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// Shows a composite feature's answers [items, rows] as it counts them, item by item and NaN where missing:
/// those of the local rows from `first` on, window by window. The same number of times on every rank, so the
/// last ones may be empty. Collective. Throws a data error for an answer that is infinite, too large or out
/// of range.
void for_each_window(const io::Shard& shard, const Feature& feature,
                     const std::function<void(std::int64_t first, std::span<const double> answers)>& show);

/// Whether both are made of the same cells in the same way, but for the item that they tell.
bool of_one_block(const Feature& one, const Feature& other);

/// A customer's answers to the items of a block, taken together.
struct RowMoments {
  core::RowVector<double> mean;  ///< [rows] of the answered items; NaN where fewer than half are
  core::RowVector<double> sd;    ///< [rows] over n - 1; 0 where all answers are equal

  /// Of each row of `answers` [items, rows], item by item and NaN where missing.
  void find(std::span<const double> answers, std::size_t items);
  /// What `row` (one of the options) makes of answers of the rows from `first` on, in place.
  void apply(spec::Row option, std::size_t first, std::span<double> values) const;
};

/// A construct's value of each row of `answers` [items, rows], item by item and NaN where missing: the mean
/// of the answered items; NaN where fewer than half are answered. `out` has a row each.
void construct_values(std::span<const double> answers, std::size_t items, std::span<double> out);

/// The values of `feature` from its block's answers [items, rows]. `moments` are those of the block, found
/// where `anew` says so.
void composite_values(const Feature& feature, std::span<const double> answers, bool anew, RowMoments& moments,
                      std::span<double> out);

/// Which of several features are made of the same cells. A construct, or a plain column, is a block by
/// itself.
class Blocks {
 public:
  Blocks(std::size_t features, const std::function<const Feature&(std::size_t)>& feature);

  /// The first feature of the block that `f` is in.
  [[nodiscard]] std::size_t first_of(std::size_t f) const { return first_[f]; }
  [[nodiscard]] bool is_first(std::size_t f) const { return first_[f] == f; }

 private:
  std::vector<std::size_t> first_;
};

/// Reads composite features from a shard. What the items of a block have in common is found once where they
/// are asked for one after the other.
class CompositeReader {
 public:
  explicit CompositeReader(const io::Shard& shard) : shard_(shard) {}

  /// Values [local rows], NaN where missing. Collective. Throws a data error for an answer that is infinite,
  /// too large or out of a construct's range. Precondition: feature.composite(); it is there at the next
  /// call.
  core::RowVector<double> read(const Feature& feature);

 private:
  void find_moments(const Feature& feature);

  const io::Shard& shard_;
  const Feature* block_ = nullptr;  ///< whose moments these are
  RowMoments moments_;
};

}  // namespace psychograph::features
