// A figure that may not be there.
#pragma once

#include <cstdint>
#include <limits>

namespace psychograph::core {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// `part / whole`; NaN of nothing.
inline double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : not_a_number;
}

}  // namespace psychograph::core
