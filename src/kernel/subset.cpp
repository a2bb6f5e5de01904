#include "kernel/subset.hpp"

#include <algorithm>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"

namespace psychograph::kernel {
namespace {

using core::tile_rows;

core::FeatureMatrix rows_of(const core::FeatureMatrix& whole, std::span<const std::int32_t> groups,
                            std::int32_t group) {
  const auto count = static_cast<std::size_t>(std::count(groups.begin(), groups.end(), group));
  core::FeatureMatrix matrix(count, whole.columns(), whole.where());
  std::size_t to = 0;
  for (std::size_t row = 0; row < groups.size(); ++row) {
    if (groups[row] != group) continue;
    const float* cells = whole.tile(row / tile_rows) + row % tile_rows;
    float* copy = matrix.tile(to / tile_rows) + to % tile_rows;
    for (std::size_t j = 0; j < whole.columns(); ++j) copy[j * tile_rows] = cells[j * tile_rows];
    ++to;
  }
  return matrix;
}

core::RowVector<double> weights_of(const Data& whole, std::span<const std::int32_t> groups,
                                   std::int32_t group) {
  core::RowVector<double> weights(whole.matrix.where());
  if (whole.weights.empty()) return weights;
  weights.reserve(static_cast<std::size_t>(std::count(groups.begin(), groups.end(), group)));
  for (std::size_t row = 0; row < groups.size(); ++row) {
    if (groups[row] == group) weights.push_back(whole.weights[row]);
  }
  return weights;
}

}  // namespace

Subset::Subset(const comm::Communicator& world, const Data& whole, std::span<const std::int32_t> groups,
               std::int32_t group)
    : matrix_(comm::run_on_all_ranks(world, [&] { return rows_of(whole.matrix, groups, group); })),
      weights_(comm::run_on_all_ranks(world, [&] { return weights_of(whole, groups, group); })) {
  const auto count = static_cast<std::int64_t>(matrix_.rows());
  const auto begin = comm::sum_over_lower_ranks(world, count);
  data_.emplace(describe_data(world, matrix_, weights_, {begin, begin + count}, whole.blocks));
}

}  // namespace psychograph::kernel
