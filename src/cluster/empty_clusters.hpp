// No cluster stays empty: one that nobody is nearest to starts anew from a customer far from the others.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cluster/assign.hpp"
#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "core/row_memory.hpp"
#include "kernel/data.hpp"

namespace psychograph::cluster {

/// The customers' squared distances from the centroids that their labels give.
class OwnDistances {
 public:
  /// `labels` [16 * tiles] are to outlive it. Collective.
  OwnDistances(const comm::Communicator& world, const kernel::Data& data, const core::Centroids& centroids,
               std::span<const std::int32_t> labels);

  /// The global row of the farthest customer (the first of several) whose cluster has more than one, by
  /// `counts` [k]; -1 where every such one is at its centroid. Collective.
  [[nodiscard]] std::int64_t farthest(const std::vector<std::int64_t>& counts) const;
  /// A local row is at its centroid now. Local.
  void forget(std::size_t row) { squares_[row] = 0; }

 private:
  const comm::Communicator& world_;
  const kernel::Data& data_;
  std::span<const std::int32_t> labels_;
  core::RowVector<double> squares_;
};

/// Throws the data error for more clusters than distinct customers.
[[noreturn]] void fail_few_rows(std::size_t distinct, std::int64_t k);
/// The same of clusters with `counts` [k] customers each.
[[noreturn]] void fail_few_rows(const std::vector<std::int64_t>& counts);

/// Iterations that are cut short, or come to where rounding decides, may leave centroids that nobody is
/// nearest to: each is moved to the customer farthest from the others, until every cluster has somebody.
/// `reseeded` (may be empty) hears of each. Returns what the centroids are worth then. Collective. Throws a
/// data error where there are too few distinct customers, or float does not tell them apart.
Worth fill_empty_clusters(const comm::Communicator& world, const kernel::Data& data,
                          const std::function<void(std::int64_t cluster, std::int64_t global_row)>& reseeded,
                          core::Centroids& centroids);

}  // namespace psychograph::cluster
