#include "cluster/empty_clusters.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "cluster/pick.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"

namespace psychograph::cluster {

OwnDistances::OwnDistances(const comm::Communicator& world, const kernel::Data& data,
                           const core::Centroids& centroids, std::span<const std::int32_t> labels)
    : world_(world), data_(data), labels_(labels), squares_(comm::run_on_all_ranks(world, [&] {
        return squared_distances(data.matrix, centroids, labels);
      })) {}

std::int64_t OwnDistances::farthest(const std::vector<std::int64_t>& counts) const {
  constexpr auto nobody = std::numeric_limits<std::int64_t>::max();
  double farthest = 0;
  std::int64_t row = nobody;
  for (std::size_t i = 0; i < data_.local_rows(); ++i) {
    if (data_.weight(i) <= 0 || squares_[i] <= farthest || counts[static_cast<std::size_t>(labels_[i])] < 2)
      continue;
    farthest = squares_[i];
    row = data_.rows.begin + static_cast<std::int64_t>(i);
  }
  const double global = comm::max_over_ranks(world_, farthest);
  if (global <= 0) return -1;
  return comm::min_over_ranks(world_, farthest == global ? row : nobody);
}

void fail_few_rows(std::size_t distinct, std::int64_t k) {
  throw core::data_error(fmt::format(
      "fewer distinct rows than k: there are {} different customers for {} segments", distinct, k));
}

void fail_few_rows(const std::vector<std::int64_t>& counts) {
  const auto inhabited = std::count_if(counts.begin(), counts.end(), [](auto n) { return n > 0; });
  fail_few_rows(static_cast<std::size_t>(inhabited), static_cast<std::int64_t>(counts.size()));
}

Worth fill_empty_clusters(const comm::Communicator& world, const kernel::Data& data,
                          const std::function<void(std::int64_t cluster, std::int64_t global_row)>& reseeded,
                          core::Centroids& centroids) {
  auto worth = measure_worth(world, data, centroids);
  for (std::size_t round = 0; round < 2 * centroids.k(); ++round) {
    const auto empty = std::find(worth.size.begin(), worth.size.end(), 0) - worth.size.begin();
    if (empty == static_cast<std::ptrdiff_t>(centroids.k())) return worth;
    const auto labels = comm::run_on_all_ranks(world, [&] { return nearest_labels(data.matrix, centroids); });
    const auto row = OwnDistances(world, data, centroids, labels).farthest(worth.size);
    if (row < 0) fail_few_rows(worth.size);
    const auto local = data.rows.contains(row) ? row - data.rows.begin : -1;
    const auto cells = share_rows(world, data.matrix, std::span(&local, 1));
    std::copy(cells.begin(), cells.end(), centroids.row(static_cast<std::size_t>(empty)));
    if (reseeded) reseeded(empty, row);
    worth = measure_worth(world, data, centroids);
  }
  throw core::data_error(fmt::format(
      "float can't tell {} segments of these customers apart: some values are too far from the others; use "
      "transform = \"log1p\", cap them, or take fewer segments",
      centroids.k()));
}

}  // namespace psychograph::cluster
