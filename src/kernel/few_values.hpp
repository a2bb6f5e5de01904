// Columns of few values, as answers from 1 to 6.
#pragma once

#include <cstddef>
#include <vector>

#include "comm/communicator.hpp"
#include "kernel/data.hpp"

namespace psychograph::kernel {

/// Up to so many values are few.
inline constexpr std::size_t most_values = 64;

/// [p] the values of each column, rising, of those who take part; none where they are more than a few.
/// Collective.
std::vector<std::vector<float>> few_values(const comm::Communicator& world, const Data& data);

}  // namespace psychograph::kernel
