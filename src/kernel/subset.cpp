#include "kernel/subset.hpp"

#include <algorithm>
#include <vector>

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

core::RowVector<double> weights_of(const core::FeatureMatrix& whole, std::span<const double> weights,
                                   std::span<const std::int32_t> groups, std::int32_t group) {
  core::RowVector<double> own(whole.where());
  if (weights.empty()) return own;
  own.reserve(static_cast<std::size_t>(std::count(groups.begin(), groups.end(), group)));
  for (std::size_t row = 0; row < groups.size(); ++row) {
    if (groups[row] == group) own.push_back(weights[row]);
  }
  return own;
}

/// 0 for those with weight, else -1.
std::vector<std::int32_t> chosen_by(std::span<const double> weights) {
  std::vector<std::int32_t> chosen;
  chosen.reserve(weights.size());
  for (const double weight : weights) chosen.push_back(weight > 0 ? 0 : -1);
  return chosen;
}

}  // namespace

Subset::Subset(const comm::Communicator& world, const Data& whole, std::span<const std::int32_t> groups,
               std::int32_t group)
    : matrix_(comm::run_on_all_ranks(world, [&] { return rows_of(whole.matrix, groups, group); })),
      weights_(comm::run_on_all_ranks(
          world, [&] { return weights_of(whole.matrix, whole.weights, groups, group); })) {
  describe(world, whole);
}

Subset::Subset(const comm::Communicator& world, const Data& whole, std::span<const double> weights)
    : Subset(world, whole, weights, comm::run_on_all_ranks(world, [&] { return chosen_by(weights); })) {}

Subset::Subset(const comm::Communicator& world, const Data& whole, std::span<const double> weights,
               const std::vector<std::int32_t>& chosen)
    : matrix_(comm::run_on_all_ranks(world, [&] { return rows_of(whole.matrix, chosen, 0); })),
      weights_(comm::run_on_all_ranks(world, [&] { return weights_of(whole.matrix, weights, chosen, 0); })) {
  describe(world, whole);
}

void Subset::describe(const comm::Communicator& world, const Data& whole) {
  const auto count = static_cast<std::int64_t>(matrix_.rows());
  const auto begin = comm::sum_over_lower_ranks(world, count);
  data_.emplace(describe_data(world, matrix_, weights_, {begin, begin + count}, whole.blocks));
}

}  // namespace psychograph::kernel
