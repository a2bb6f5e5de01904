// Whether float scores tell centroids apart.
#pragma once

#include "core/centroids.hpp"

namespace psychograph::kernel {

/// Whether some two centroids are so near to each other, beside their distance from the origin, that the
/// rounding of the float scores |c|^2/2 - x.c of a customer at one of them may be more than what the two
/// differ by (docs/design.md, "A few huge cells"). Centroids that are equal don't count: nothing tells these
/// apart. Local.
bool too_close_for_float(const core::Centroids& centroids);

}  // namespace psychograph::kernel
