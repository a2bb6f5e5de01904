// Some of the rows as data of their own, for a fit to a group of customers, or to a sample.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "core/row_memory.hpp"
#include "kernel/data.hpp"

namespace psychograph::kernel {

/// The rows of one group, or of a sample, copied in their order. Their global numbers count within it: what
/// is random is a function of these, and the same on any number of ranks.
class Subset {
 public:
  /// The rows of `whole` whose element of `groups` [local rows] is `group`. Collective. Throws as
  /// `describe_data` does, and std::bad_alloc.
  Subset(const comm::Communicator& world, const Data& whole, std::span<const std::int32_t> groups,
         std::int32_t group);
  /// The rows whose element of `weights` [local rows] is above 0, each with that weight. Collective. Throws
  /// likewise.
  Subset(const comm::Communicator& world, const Data& whole, std::span<const double> weights);
  Subset(const Subset&) = delete;
  Subset& operator=(const Subset&) = delete;

  [[nodiscard]] core::FeatureMatrix& matrix() { return matrix_; }
  [[nodiscard]] const Data& data() const { return *data_; }

 private:
  Subset(const comm::Communicator& world, const Data& whole, std::span<const double> weights,
         const std::vector<std::int32_t>& chosen);
  void describe(const comm::Communicator& world, const Data& whole);

  core::FeatureMatrix matrix_;
  core::RowVector<double> weights_;  ///< empty where all weigh 1
  std::optional<Data> data_;
};

}  // namespace psychograph::kernel
