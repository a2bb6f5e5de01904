// A walk over a table that need not fit into memory: all columns of some rows, then of the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/row_range.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// The local rows of a shard, window by window and in their order. All ranks make the same number of steps,
/// the windows of those that have fewer being empty at the end, so that ranks may meet in each. The datasets
/// of files that the shard holds open are opened once. The shard must outlive it.
///
///     for (Windows windows(world, shard, columns, rows_at_once); windows.next();) windows.read(visit);
class Windows {
 public:
  /// Windows of about `rows_at_once` rows; they end where chunks end, so that no chunk is decoded twice,
  /// unless chunks are much larger. Collective. Throws a data error.
  Windows(const comm::Communicator& world, const Shard& shard, std::vector<std::size_t> columns,
          std::int64_t rows_at_once);

  /// Goes on to the next window; false behind the last one of all ranks.
  bool next();
  /// The local rows of this window.
  [[nodiscard]] core::RowRange rows() const;
  /// The share of the walk that is behind, once this window is done: 0 to 1.
  [[nodiscard]] double share() const;

  /// Shows the cells of this window: those of a row in the order in which the columns were named, the rows of
  /// one column in theirs. Collective. What
  /// `visit` throws on one rank, and failures to read, are thrown on all.
  void read(const Shard::Visit& visit) const;

 private:
  const comm::Communicator& world_;
  const Shard& shard_;
  std::vector<std::size_t> columns_;
  std::vector<Shard::Datasets> datasets_;
  std::vector<std::int64_t> edges_;  ///< local rows: where windows begin, and the last one ends
  std::int64_t steps_ = 0;           ///< of the rank that has most windows
  std::int64_t done_ = 0;            ///< windows begun
};

}  // namespace psychograph::io
