// What every algorithm works on: the encoded rows of this rank, their weights, and the bounds that exact
// sums need.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/column_block.hpp"
#include "core/feature_matrix.hpp"
#include "core/fixed_point.hpp"
#include "core/row_range.hpp"

namespace psychograph::kernel {

/// The customers of this rank and global facts about all. A weight of 0 means: takes no part.
struct Data {
  const core::FeatureMatrix& matrix;      ///< [local rows, p]
  std::vector<core::ColumnBlock> blocks;  ///< of the matrix's columns, from left to right, one a feature
  std::span<const double> weights;        ///< [local rows]; empty: all 1
  core::RowRange rows;                    ///< global rows of this rank
  bool weighted = false;         ///< rows weigh something, on any rank: one without rows has no weights
  std::int64_t global_rows = 0;  ///< those that take part
  double total_weight = 0;
  double largest_weight = 1;
  std::vector<double> largest;  ///< [p] the largest |x| of each feature, over all ranks
  double largest_square = 0;    ///< no squared distance between two rows, or a row and a mean, is larger
  double total_square = 0;      ///< the weighted sum of |x|^2
  bool far_cells = false;  ///< some are so far beyond the usual that one integer can't hold the sums of both

  [[nodiscard]] double weight(std::size_t row) const { return weights.empty() ? 1.0 : weights[row]; }
  [[nodiscard]] std::size_t local_rows() const { return matrix.rows(); }
  /// The scale of exact sums of feature j.
  [[nodiscard]] core::FixedPoint sum_scale(std::size_t j) const {
    return {total_weight * largest[j], largest_weight * largest[j], global_rows};
  }
  /// An empty exact sum of weighted squared distances.
  [[nodiscard]] core::FixedPointSum square_sum() const {
    return {total_weight * largest_square, largest_weight * largest_square, global_rows};
  }
};

/// Puts the data together and finds its global facts. `weights` is empty or has one element a local row;
/// where `blocks` is empty, each column is a feature of numbers.
/// Collective. Throws a data error for weights that are too far apart.
Data describe_data(const comm::Communicator& world, const core::FeatureMatrix& matrix,
                   std::span<const double> weights, core::RowRange rows,
                   std::vector<core::ColumnBlock> blocks = {});

}  // namespace psychograph::kernel
