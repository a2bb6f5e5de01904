// Some of the customers, by seed and global row: the same whichever rank holds them. All are local.
#pragma once

#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "kernel/data.hpp"

namespace psychograph::evaluate {

/// [local rows] 0 of about `most` of the customers with weight (of all where there are no more), else -1.
std::vector<std::int32_t> some_of(const kernel::Data& data, std::uint64_t seed, std::int64_t most);

/// [local rows] 0 or 1, evenly; of those without weight -1. `purpose` and `split` tell apart what halves are
/// for.
std::vector<std::int32_t> halves_of(const kernel::Data& data, std::uint64_t seed, core::Purpose purpose,
                                    std::uint32_t split);

/// The weights [local rows] of customers in bootstrap sample `sample`: their own, as often as they were drawn
/// in a Poisson number of mean 1 (0: not at all).
std::vector<double> bootstrap_weights(const kernel::Data& data, std::uint64_t seed, std::uint32_t sample);

}  // namespace psychograph::evaluate
