// What a result was made of: one number for all cells.
#pragma once

#include <span>
#include <string>

#include "comm/communicator.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// A hash of (global row, column name, value) of every cell of the columns, summed modulo 2^128: the same
/// for any number of ranks, any layout, any split into files and any width of number. 32 hex digits. Tells
/// changed data, not an adversary. Collective.
std::string fingerprint(const comm::Communicator& world, const Shard& shard,
                        std::span<const std::size_t> columns);

}  // namespace psychograph::io
