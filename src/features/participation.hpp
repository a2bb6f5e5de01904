// Who takes part in the fit, and with what weight.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_memory.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"
#include "spec/spec.hpp"

namespace psychograph::features {

struct Participation {
  core::RowVector<std::uint8_t> takes_part;  ///< [local rows]; empty: all do
  core::RowVector<double> weights;           ///< [local rows], 0 where not taking part; empty: all 1
  std::int64_t global_count = 0;

  [[nodiscard]] bool has(std::size_t row) const { return takes_part.empty() || takes_part[row] != 0; }
};

/// The column of weights. Throws a data error where it is not there or holds text.
std::size_t weight_column(const io::Table& table, const std::string& name);
/// The weights of a block whose first global row is `first_row`. Throws a data error for one that is none:
/// zero, negative, missing, or beyond the limits of weights (file, column and row).
void block_weights(const io::Table& table, const io::RawBlock& block, std::int64_t first_row,
                   std::span<double> out);

/// Reads the weights, and the features whose rule is `drop`. Collective. Throws a data error for a weight
/// that is none, and where nobody is left.
Participation find_participation(const comm::Communicator& world, const io::Shard& shard,
                                 const spec::Spec& spec, const std::vector<Feature>& features);

}  // namespace psychograph::features
