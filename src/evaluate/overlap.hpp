// How two partitions of the same customers lie over each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cluster/model.hpp"
#include "comm/communicator.hpp"
#include "kernel/data.hpp"

namespace psychograph::evaluate {

/// The segment of every local row, of those who are nowhere k. Who takes no part has -1. Local.
std::vector<std::int32_t> places_in(const kernel::Data& data, const cluster::Model& model);

/// Customers by two partitions.
struct Overlap {
  std::size_t rows = 0;  ///< segments of the one, and a last row for those who are nowhere
  std::size_t columns = 0;
  std::vector<std::int64_t> counts;  ///< [rows, columns]

  [[nodiscard]] std::int64_t at(std::size_t r, std::size_t c) const { return counts[r * columns + c]; }
  [[nodiscard]] std::int64_t row_sum(std::size_t r) const;
  [[nodiscard]] std::int64_t column_sum(std::size_t c) const;
  /// Of segment r with the segment that it shares most with: those in both, of those in one (Jaccard 1901);
  /// and which that is.
  struct Best {
    double jaccard = 0;
    std::size_t column = 0;
  };
  [[nodiscard]] Best best(std::size_t r) const;
};

/// Of local rows' places in `k_one` and `k_other` segments. Collective.
Overlap overlap(const comm::Communicator& world, std::span<const std::int32_t> one, std::size_t k_one,
                std::span<const std::int32_t> other, std::size_t k_other);

}  // namespace psychograph::evaluate
