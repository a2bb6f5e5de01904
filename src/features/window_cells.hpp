// The cells of some features, as people gave them, some rows at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/row_range.hpp"
#include "features/composite.hpp"
#include "features/levels.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// Whether the table has the feature's columns, of a kind that it can be read from.
bool can_be_read(const io::Table& table, const Feature& feature);

/// Cells of windows of a shard's rows: numbers in the user's units (a construct's: the mean of its answered
/// items), or numbers of levels. Local throughout.
class WindowCells {
 public:
  /// Of the features in that order, and the weights where `weight` names their column. Throws a data error,
  /// on all ranks alike, for a column that is not there or is of another kind; `wanted_by` is what asks for
  /// it.
  WindowCells(const io::Shard& shard, std::vector<const FittedFeature*> features,
              const std::optional<std::string>& weight, const std::string& wanted_by);

  /// The table's columns that it needs to see, rising.
  [[nodiscard]] const std::vector<std::size_t>& columns() const { return columns_; }

  /// A window of local rows begins: the next blocks are of its rows. `known`: they have been seen before, and
  /// are not checked again.
  void begin(core::RowRange rows, bool known = false);
  /// Hears of a feature all of whose cells of this window are there; they are valid during the call alone.
  using Ready = std::function<void(std::size_t f)>;
  /// Takes a block over, and shows `ready` what is complete with it (weights first: where there are some,
  /// nothing before `finish`). Throws the data error for a value that is infinite, far too large, out of a
  /// construct's range, or no weight (file, column and row).
  void see(const io::RawBlock& block, const Ready& ready);
  /// All blocks of the window are there.
  void finish(const Ready& ready);

  /// [rows] of feature `f`, NaN where missing. It has no levels.
  [[nodiscard]] std::span<const double> numbers(std::size_t f) const { return numbers_[f]; }
  /// [rows] of feature `f`: numbers of its levels, negative where missing or not known.
  [[nodiscard]] std::span<const std::int32_t> levels(std::size_t f) const { return levels_[f]; }
  /// [rows]; empty where everybody counts 1.
  [[nodiscard]] std::span<const double> weights() const { return weights_; }

 private:
  struct Use {
    std::size_t feature;
    std::size_t item;
  };
  void take_memory(std::size_t f);
  void see_numbers(const Use& use, const io::RawBlock& block);
  void show(std::size_t f, const Ready& ready);
  void show_block(std::size_t first, const Ready& ready);

  const io::Shard& shard_;
  std::vector<const FittedFeature*> features_;
  std::optional<std::size_t> weight_column_;
  std::vector<std::size_t> columns_;
  std::vector<std::vector<Use>> uses_;               ///< by column of the table
  std::vector<std::optional<LevelReader>> readers_;  ///< by feature
  core::RowRange rows_;
  bool known_ = false;
  std::vector<std::size_t> awaited_;  ///< cells of each feature that are still to come
  std::vector<std::vector<double>>
      spare_;  ///< memory of features that have been shown: it stays in the caches
  std::vector<std::vector<double>> numbers_;
  std::vector<std::vector<std::int32_t>> levels_;
  Blocks blocks_;
  std::vector<std::vector<double>>
      answers_;         ///< by feature, of the first of a block: [items, rows], item by item
  RowMoments moments_;  ///< of the block that was last shown
  std::vector<double> weights_;
};

}  // namespace psychograph::features
