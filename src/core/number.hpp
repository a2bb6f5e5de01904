// A number as it was written, to the last digit.
#pragma once

#include <cstdint>

namespace psychograph::core {

/// `value + rest`: the nearest double, and what a whole number of up to 64 bits has beyond it (0 for all
/// others, and for whole numbers that a double holds).
struct Number {
  double value = 0;
  std::int64_t rest = 0;

  friend bool operator==(const Number&, const Number&) = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& value& rest;
  }
};

/// Of 2^64 - 1 too: its value is 2^64, its rest -1.
inline Number number_of(std::uint64_t whole) {
  const auto value = static_cast<double>(whole);
  const auto rounded = value < 0x1p64 ? static_cast<std::uint64_t>(value) : 0;  // modulo 2^64
  return {value, static_cast<std::int64_t>(whole - rounded)};
}

inline Number number_of(std::int64_t whole) {
  const auto bits = static_cast<std::uint64_t>(whole);
  if (whole >= 0) return number_of(bits);
  const auto magnitude = number_of(0 - bits);
  return {-magnitude.value, -magnitude.rest};
}

}  // namespace psychograph::core
