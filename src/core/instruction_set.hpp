// The choice of instruction set: one for every loop that is compiled for several. All of them give the same
// bits.
#pragma once

#include <string>
#include <vector>

namespace psychograph::core {

/// Whether the set in force multiplies pairs of 16-bit integers: "avx3_vnni" alone does.
bool has_whole_numbers();
/// Obeys the environment variable PSYCHOGRAPH_TARGET (avx3_vnni, avx3, avx2, neon, scalar). Throws a usage
/// error where it names a set that this machine or build has not.
void choose_target();
/// The names of the sets that can be chosen here, best first.
std::vector<std::string> targets();
/// Forces one of `targets()`; empty: the best.
void force_target(const std::string& name);

}  // namespace psychograph::core
