#include "cluster/transfer.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "comm/all_reduce.hpp"
#include "kernel/distance.hpp"

namespace psychograph::cluster {
namespace {

/// The best transfer out of each cluster; a gain of 0 is none.
struct Best {
  std::vector<double> gain;
  std::vector<std::int64_t> row;
  std::vector<std::int64_t> to;
};

void look_at_row(const kernel::Data& data, const core::Centroids& means, const kernel::GlobalSums& sums,
                 std::size_t row, std::size_t from, Best& best) {
  const double weight = data.weight(row);
  const double left = sums.weights[from] - weight;
  if (sums.counts[from] < 2 || left <= 0) return;
  const double saved =
      kernel::squared_distance(data.matrix, row, means.row(from)) * weight * sums.weights[from] / left;
  for (std::size_t to = 0; to < means.k(); ++to) {
    if (to == from) continue;
    const double factor = weight * sums.weights[to] / (sums.weights[to] + weight);
    const double gain = saved - factor * kernel::squared_distance(data.matrix, row, means.row(to));
    if (gain <= best.gain[from]) continue;
    best.gain[from] = gain;
    best.row[from] = data.rows.begin + static_cast<std::int64_t>(row);
    best.to[from] = static_cast<std::int64_t>(to);
  }
}

/// Over all ranks: the largest gain, and of several the lowest row.
void agree_on_best(const comm::Communicator& world, Best& best) {
  auto gain = best.gain;
  comm::max_over_ranks(world, gain);
  for (std::size_t c = 0; c < gain.size(); ++c) {
    if (best.gain[c] != gain[c]) best.row[c] = std::numeric_limits<std::int64_t>::max();
  }
  auto row = best.row;
  comm::min_over_ranks(world, row);
  for (std::size_t c = 0; c < gain.size(); ++c) {
    if (best.row[c] != row[c]) best.to[c] = -1;
  }
  comm::max_over_ranks(world, best.to);
  best.gain = std::move(gain);
  best.row = std::move(row);
}

}  // namespace

std::vector<Transfer> best_transfers(const comm::Communicator& world, const kernel::Data& data,
                                     const core::Centroids& means, const kernel::GlobalSums& sums,
                                     std::span<const std::int32_t> labels) {
  const std::size_t k = means.k();
  Best best{std::vector<double>(k, 0.0),
            std::vector<std::int64_t>(k, std::numeric_limits<std::int64_t>::max()),
            std::vector<std::int64_t>(k, -1)};
  for (std::size_t i = 0; i < data.local_rows(); ++i) {
    if (labels[i] >= 0) look_at_row(data, means, sums, i, static_cast<std::size_t>(labels[i]), best);
  }
  agree_on_best(world, best);
  std::vector<std::size_t> order(k);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return best.gain[a] > best.gain[b]; });
  std::vector<bool> touched(k, false);
  std::vector<Transfer> transfers;
  for (const auto from : order) {
    if (best.gain[from] <= 0 || touched[from] || touched[static_cast<std::size_t>(best.to[from])]) continue;
    touched[from] = touched[static_cast<std::size_t>(best.to[from])] = true;
    transfers.push_back(
        {best.row[from], static_cast<std::int32_t>(from), static_cast<std::int32_t>(best.to[from])});
  }
  return transfers;
}

}  // namespace psychograph::cluster
