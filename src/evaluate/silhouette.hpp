// The silhouette (Rousseeuw 1987), of a sample where there are many customers.
#pragma once

#include <cstdint>
#include <span>

#include "comm/communicator.hpp"
#include "kernel/data.hpp"

namespace psychograph::evaluate {

struct Silhouette {
  double value = 0;  ///< the mean
  double error = 0;  ///< one standard error of it; 0 where everybody is in the sample
};

/// Of about `sample` customers among themselves. Who is in it follows from the seed and the global row.
/// Collective.
Silhouette sampled_silhouette(const comm::Communicator& world, const kernel::Data& data,
                              std::span<const std::int32_t> labels, std::size_t k, std::uint64_t seed,
                              std::int64_t sample);

}  // namespace psychograph::evaluate
