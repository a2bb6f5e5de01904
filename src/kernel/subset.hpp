// Some of the rows as data of their own, for a fit inside a group of customers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "core/row_memory.hpp"
#include "kernel/data.hpp"

namespace psychograph::kernel {

/// The rows of one group, copied in their order. Their global numbers count within the group: what is random
/// is a function of these, and the same on any number of ranks.
class Subset {
 public:
  /// The rows of `whole` whose element of `groups` [local rows] is `group`. Collective. Throws as
  /// `describe_data` does, and std::bad_alloc.
  Subset(const comm::Communicator& world, const Data& whole, std::span<const std::int32_t> groups,
         std::int32_t group);
  Subset(const Subset&) = delete;
  Subset& operator=(const Subset&) = delete;

  [[nodiscard]] core::FeatureMatrix& matrix() { return matrix_; }
  [[nodiscard]] const Data& data() const { return *data_; }

 private:
  core::FeatureMatrix matrix_;
  core::RowVector<double> weights_;  ///< empty where those of the whole are
  std::optional<Data> data_;
};

}  // namespace psychograph::kernel
