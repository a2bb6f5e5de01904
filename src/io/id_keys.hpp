// Ids as 128-bit keys: equal ones have equal keys, whatever type they are stored in.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "core/hash.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// The keys of consecutive local rows from `first` on; valid during the call.
using SeeKeys = std::function<void(std::size_t first, std::span<const core::Hash128> keys)>;

/// Shows the keys of this rank's rows in their order. Numbers have the key of their value: integers of any
/// width, whole numbers among doubles and huge unsigned ones, in rising order before all fractions; texts,
/// without their padding, are hashed, and never meet a number. Collective.
void read_keys(const Shard& shard, std::size_t column, const SeeKeys& see);

}  // namespace psychograph::io
