// Exact sums of numbers whose size nobody knows beforehand, as when rows come by one after the other. Where
// bounds are known, core/fixed_point.hpp is simpler and faster.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace psychograph::core {

/// Some sums of finite numbers >= 0, from the smallest double to the largest, with no rounding at all: a sum
/// is an integer in units of 2^-1074, kept in digits of 32 bits. Integers again: no order of rows, windows or
/// ranks changes a bit. Digits that no number has come to take no memory.
class WideSums {
 public:
  static constexpr std::size_t digits = 70;  ///< the largest double's, and room for 2^63 of them

  explicit WideSums(std::size_t count) : count_(count) {}

  /// Adds `value` to sum `i`. Precondition: finite, >= 0.
  void add(std::size_t i, double value);

  [[nodiscard]] std::size_t count() const { return count_; }
  /// Digit `d` of every sum, lowest first: of each less than 2^32, so that ranks' digits can be added up as
  /// they are. Empty where no number has come to it.
  std::vector<std::int64_t>& digit(std::size_t d);

  /// Sum `i`, and all of them together, rounded once.
  [[nodiscard]] double value(std::size_t i);
  [[nodiscard]] double total();

 private:
  std::vector<std::int64_t>& at(std::size_t d);
  void carry();
  [[nodiscard]] static double rounded(const std::array<std::int64_t, digits>& number);

  std::size_t count_;
  std::array<std::vector<std::int64_t>, digits> digits_;
  std::int64_t added_ = 0;  ///< since the last carry
};

}  // namespace psychograph::core
