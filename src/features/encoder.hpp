// Cells into the feature matrix, by a fitted schema.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "features/local_column.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "features/unit_rows.hpp"

namespace psychograph::features {

/// Fills the encoded, centred rows [local rows, width] of this rank; rows that take no part stay zero.
class Encoder {
 public:
  /// All zero. Collective. Throws an environment error where memory is short.
  Encoder(const comm::Communicator& world, const io::Shard& shard, std::size_t width,
          const Participation& participation);

  /// Into a matrix that is there already. Local.
  Encoder(core::FeatureMatrix matrix, const Participation& participation)
      : participation_(participation), matrix_(std::move(matrix)) {}

  /// Cells of a numeric feature as the user has them, NaN where missing, from local row `first` on; they are
  /// overwritten. Local.
  void write_numbers(const FittedFeature& fitted, std::size_t first, std::span<double> values);
  /// The same for a whole column of filled and transformed cells. Local.
  void write_column(const FittedFeature& fitted, const LocalColumn& column);
  /// Cells of a feature with levels, as level numbers: negative where missing or not known. Where the rule is
  /// `level` and nobody lacked the feature in the fit, such a cell is at none of the levels. Local.
  void write_levels(const FittedFeature& fitted, std::size_t first, std::span<const std::int32_t> levels);

  [[nodiscard]] const core::FeatureMatrix& matrix() const { return matrix_; }
  /// Makes all rows of unit length, once they are written.
  void make_unit(const Schema& schema) { make_rows_unit(schema, matrix_); }
  [[nodiscard]] core::FeatureMatrix take() { return std::move(matrix_); }

 private:
  /// Writes the cells of `count` rows from `first` on: cell(i), or whole tiles' lines of the rows
  /// [begin, begin + n) by lines(begin, n, line, stride), 16 from `line` on, the next 16 `stride` floats
  /// further.
  template <class Cell, class Lines>
  void write_tiles(const FittedFeature& fitted, std::size_t first, std::size_t count, const Cell& cell,
                   const Lines& lines);
  void write_stored(const FittedFeature& fitted, const io::RawBlock& block, std::span<const double> shown);
  void write_scaled(const FittedFeature& fitted, std::size_t first, std::span<const double> values);

  const Participation& participation_;
  core::FeatureMatrix matrix_;
};

}  // namespace psychograph::features
