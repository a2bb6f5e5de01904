// What this machine can do at best, in the same instruction set that the kernel was dispatched to: the two
// limits that every other figure is held against.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/feature_matrix.hpp"

namespace psychograph::bench {

/// Runs `rounds` rounds of independent fused multiply-adds in registers. Returns the floating-point
/// operations done (two for each lane of each instruction).
double multiply_adds(std::int64_t rounds);

/// The sum of the matrix's cells, read once from front to back. Precondition: an even number of columns.
float sum_of(const core::FeatureMatrix& matrix);

/// Seconds that this thread has had the processor: unlike the clock on the wall, it stands still while others
/// have it.
double processor_seconds();

/// Operations a second of one core, by `multiply_adds` for some 20 ms.
double multiply_add_peak();

}  // namespace psychograph::bench
