// Exponentials and logarithms with the same bits on every machine: the C library's differ from version to
// version, and those of vector libraries from one instruction set to the next.
#pragma once

#include <span>

namespace psychograph::core {

/// Replaces each x by e^x, to 1.5 units in the last place, beyond the normal range too: 0 far below it,
/// infinity above, NaN of NaN. Local.
void exponentiate(std::span<double> values);

/// Replaces each x by log(x), to 1.5 units in the last place: of 0 minus infinity, of infinity that, of what
/// is below 0 and of NaN NaN. Local.
void take_logarithms(std::span<double> values);

}  // namespace psychograph::core
