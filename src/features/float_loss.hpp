// What rounding to float has hidden, told by the cells themselves: the statistics can't tell of values that
// are too rare for a quantile.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// A table, and the matrix that it was encoded to.
struct EncodedTable {
  const io::Shard& shard;
  const Schema& schema;
  const Participation& participation;
  const core::FeatureMatrix& matrix;  ///< [local rows, p]
};

/// Whether rounding could have changed `inertia` by more than a thousandth, where the squares of all cells
/// add up to `total_square`: a cell is off by up to 2^-24 of itself, so the inertia's root by up to that of
/// the root of their sum.
bool inertia_is_doubtful(double inertia, double total_square);

/// Reads the numbers again, and compares the inertia of segments in double with that of the matrix's floats.
/// `labels` [local rows] are 0 to k - 1, or negative for who takes no part; `inertia` is that of the matrix.
/// Where the two differ by more than a thousandth: which column it is, and what to do. Collective.
std::optional<std::string> inertia_lost_in_float(const comm::Communicator& world, const EncodedTable& table,
                                                 std::span<const std::int32_t> labels, std::size_t k,
                                                 double inertia);

/// Of a table that has few distinct rows in float: the first column of which values that differ have become
/// one, and what to do. None where rows are few in the table, too. Collective.
std::optional<std::string> merged_in_float(const comm::Communicator& world, const EncodedTable& table);

}  // namespace psychograph::features
