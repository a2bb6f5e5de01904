// How many customers a test needs.
#pragma once

#include <cstdint>
#include <optional>

namespace psychograph::stats {

/// The chance that a test is sized for to show what is there.
inline constexpr double power = 0.8;

/// Customers in each of two arms, so that a two-sided test of their shares at 5 % shows `share` against
/// `other` four times in five (Fleiss, Levin and Paik 2003, without continuity correction). None where the
/// two are equal, or not both between 0 and 1.
std::optional<std::int64_t> customers_per_arm(double share, double other);

}  // namespace psychograph::stats
