// Hartigan's dip test: whether numbers lie in more than one heap.
#pragma once

#include <cstdint>
#include <span>

namespace psychograph::evaluate {

/// How far, at the least, the distribution function of the numbers is from one with a single peak, 0 to 1/4
/// (Hartigan and Hartigan 1985, "The dip test of unimodality"). `counts` are of bins of equal width, and
/// numbers lie evenly in a bin. Precondition: fewer than 2^31 numbers in fewer than 2^16 bins. Local.
double dip(std::span<const std::int64_t> counts);

/// The chance of a dip as large in `n` numbers that lie evenly, of all distributions with a single peak the
/// one that is most likely to dip: as of very many numbers, which is on the safe side of few.
double dip_p(double dip, std::int64_t n);

}  // namespace psychograph::evaluate
