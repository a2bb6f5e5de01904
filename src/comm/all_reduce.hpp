// Reductions whose result does not depend on the number of ranks or on the order they arrive in: sums of
// integers, and minima and maxima.
#pragma once

#include <cstdint>
#include <span>

#include "comm/communicator.hpp"
#include "core/wide_sums.hpp"

namespace psychograph::comm {

/// Replaces every element by its sum over the ranks. Collective; equal lengths everywhere.
void sum_over_ranks(const Communicator& comm, std::span<std::int64_t> values);
/// Replaces every element by its largest over the ranks. Collective; equal lengths everywhere; no NaN.
void max_over_ranks(const Communicator& comm, std::span<double> values);
/// Replaces every element by its smallest over the ranks. Collective; equal lengths everywhere; no NaN.
void min_over_ranks(const Communicator& comm, std::span<double> values);
void max_over_ranks(const Communicator& comm, std::span<std::int64_t> values);
void min_over_ranks(const Communicator& comm, std::span<std::int64_t> values);

std::int64_t sum_over_ranks(const Communicator& comm, std::int64_t value);
std::int64_t max_over_ranks(const Communicator& comm, std::int64_t value);
std::int64_t min_over_ranks(const Communicator& comm, std::int64_t value);
double max_over_ranks(const Communicator& comm, double value);

/// Replaces every sum by that over the ranks. Collective; equal counts everywhere.
void sum_over_ranks(const Communicator& comm, core::WideSums& sums);

/// The sum of `value` over the ranks before this one. Collective.
std::int64_t sum_over_lower_ranks(const Communicator& comm, std::int64_t value);

}  // namespace psychograph::comm
