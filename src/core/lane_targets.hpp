// To be included before <hwy/foreach_target.h>: the instruction sets that loops in vector lanes are compiled
// for.
#pragma once

// The floor is x86-64-v3 or NEON: sets without a hardware fused multiply-add would round otherwise. One
// floor, so that one choice of instruction set holds for all loops.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
