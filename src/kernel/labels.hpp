// The label of every local row, brought up to date with as little work as the bounds allow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/row_memory.hpp"
#include "kernel/bounds.hpp"
#include "kernel/centroid_sums.hpp"
#include "kernel/data.hpp"
#include "kernel/kernel.hpp"
#include "kernel/row_order.hpp"

namespace psychograph::kernel {

/// What may differ between two ways to the same labels; a choice for tests and measurements.
enum class Search { automatic, dense, bounded };

class Labels {
 public:
  /// All -1. `matrix` is that of `data`: its rows may be laid in another order, as long as this lives. Throws
  /// std::bad_alloc.
  Labels(const Data& data, core::FeatureMatrix& matrix, std::size_t k, Search search = Search::automatic);

  struct Work {
    std::int64_t moved = 0;      ///< rows whose label has changed
    std::int64_t evaluated = 0;  ///< rows that were compared with the centroids
  };
  /// Gives every row its nearest centroid, and keeps the sums up. Local.
  Work update(const PackedCentroids& centroids, CentroidSums& sums);

  /// Lays the rows in the table's order again, if they are not. Only then are the members below of use.
  /// Local.
  void restore_order();
  /// Gives one row a label for another reason than nearness. Local.
  void set(std::size_t row, std::int32_t cluster, CentroidSums& sums);

  [[nodiscard]] std::span<const std::int32_t> values() const { return labels_; }

 private:
  [[nodiscard]] bool bounds_pay() const;
  void save_detours(std::int64_t detours);
  [[nodiscard]] RowOrder::Companions companions() { return {labels_, bounds_->deadlines()}; }

  const Data& data_;
  std::size_t k_;
  Search search_;
  core::RowVector<std::int32_t> labels_;  ///< [16 * tiles]
  std::optional<Bounds> bounds_;          ///< none where k is 1 or the search is dense
  std::optional<RowOrder> order_;         ///< where there are bounds
  bool screening_ = true;                 ///< until too many rows are too near to a border
  std::int64_t updates_ = 0;
  std::int64_t detours_ = 0;  ///< since the rows were sorted
};

}  // namespace psychograph::kernel
