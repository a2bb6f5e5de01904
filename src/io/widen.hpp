// Stored numbers to doubles: the first thing that happens to a cell, and as fast as memory gives it.
#pragma once

#include <cstddef>

#include "io/block.hpp"

namespace psychograph::io {

/// out[i] = the i-th of `count` numbers that lie without gaps from `cells` on. Precondition: `code` is one of
/// the numbers.
void widen(ElementType::Code code, const std::byte* cells, std::size_t count, double* out);

}  // namespace psychograph::io
