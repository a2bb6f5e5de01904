#include "cluster/kprototypes.hpp"

#include <cstddef>
#include <vector>

#include "cluster/lloyd.hpp"

namespace psychograph::cluster {
namespace {

/// Cells are floats: shares that differ by less are the same.
constexpr double same_share = 1e-6;

/// Of a centre's means on the columns of names: the most frequent name, the first of several. Two rows that
/// name two different ones are a squared step apart on both columns (docs/spec.md, "From a cell to a
/// coordinate"), so the squared distance counts mismatches, and no other name has fewer.
void take_mode(const core::ColumnBlock& block, double* centre) {
  const auto share = [&](std::size_t l) { return (centre[l] - block.zeros[l]) / block.step; };
  if (block.count == 1) {  // two names
    *centre = block.zeros.front() + (share(0) > 0.5 + same_share ? block.step : 0.0);
    return;
  }
  std::size_t mode = 0;
  for (std::size_t l = 1; l < block.count; ++l) {
    if (share(l) > share(mode) + same_share) mode = l;
  }
  for (std::size_t l = 0; l < block.count; ++l) centre[l] = block.zeros[l] + (l == mode ? block.step : 0.0);
}

Settle modes_of(const kernel::Data& data) {
  std::vector<core::ColumnBlock> names;
  for (const auto& block : data.blocks) {
    if (block.step > 0) names.push_back(block);
  }
  if (names.empty()) return {};
  return [names](core::Centroids& means, std::span<const double>) {
    for (std::size_t c = 0; c < means.k(); ++c) {
      for (const auto& block : names) take_mode(block, means.row(c) + block.first);
    }
  };
}

}  // namespace

const Algorithm kprototypes{.takes_starts = true,
                            .work = [](const spec::Cluster& options) { return Work{.k = options.k}; },
                            // Modes of different means may be the same: the first customers go to the means.
                            .begin =
                                [](const FitInput& input, const Starts& starts, std::int64_t restart) {
                                  return begin_lloyd(input, modes_of(input.data), starts.of(restart));
                                },
                            .find_fault = find_lloyd_fault,
                            .resume =
                                [](const FitInput& input, std::span<const std::uint64_t> state) {
                                  return resume_lloyd(input, modes_of(input.data), state);
                                }};

}  // namespace psychograph::cluster
