// Exact sums. A value is rounded once, to an integer multiple of 2^-s; from there on it is integer
// addition, which is associative: the sum does not depend on the order of the rows, on the number of
// ranks or on the width of a vector. See docs/design.md, "Exact sums", for a worked example.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

namespace psychograph::core {

/// The scale of one family of sums: values v enter as the integer nearest to v * 2^s (ties to even).
class FixedPoint {
 public:
  /// The largest s with `sum_bound` * 2^s <= 2^62 (the bound rounded up to a power of two) and `max_term` *
  /// 2^s
  /// <= 2^51, where `sum_bound` bounds the global sum of the terms' magnitudes, `max_term` each single one,
  /// and `n` is the global number of terms: n roundings of a half are below another 2^62. Bounds of zero are
  /// fine. Precondition: all are finite and >= 0.
  FixedPoint(double sum_bound, double max_term, std::int64_t n);

  /// 1.5 * 2^52, which `encode` adds and takes away.
  static constexpr double shift = 6755399441055744.0;

  /// For values that are whole numbers already.
  static FixedPoint whole_numbers() { return FixedPoint(0); }

  /// The integer that stands for `value`. Adding and taking away 1.5 * 2^52 rounds to the nearest
  /// integer in any vector unit, with no conversion instruction; hence the 2^51 above.
  [[nodiscard]] std::int64_t encode(double value) const {
    return std::bit_cast<std::int64_t>(value * multiplier_ + shift) - std::bit_cast<std::int64_t>(shift);
  }
  /// The number that an integer sum stands for.
  [[nodiscard]] double decode(std::int64_t sum) const { return static_cast<double>(sum) * inverse_; }
  [[nodiscard]] double multiplier() const { return multiplier_; }

 private:
  explicit FixedPoint(int exponent);
  double multiplier_;
  double inverse_;
};

/// One exact sum with twice the precision: what the first integer rounds off goes into a second one.
/// Used where few sums are taken over many values (statistics, inertia). All parts are integers;
/// to add sums of several ranks, add their `parts()`.
class FixedPointSum {
 public:
  /// The bounds are those of `FixedPoint`.
  FixedPointSum(double sum_bound, double max_term, std::int64_t n);

  void add(double value, std::int64_t times = 1) {
    const auto whole = high_.encode(value);
    parts_[0] += whole * times;
    // Exact: the product is a shift, and the rest is smaller than a half.
    const double rest = value * high_.multiplier() - static_cast<double>(whole);
    parts_[1] += low_.encode(rest) * times;
  }
  /// Adds value * scale of every value. `scale` is a power of two. The vector unit's speed.
  void add_scaled(std::span<const double> values, double scale);
  /// Adds ((value - origin) * scale)^2 of every value. The vector unit's speed.
  void add_squares(std::span<const double> values, double origin, double scale);
  [[nodiscard]] double value() const;
  [[nodiscard]] std::span<std::int64_t, 2> parts() { return parts_; }

 private:
  FixedPoint high_;
  FixedPoint low_;
  std::array<std::int64_t, 2> parts_{};
};

}  // namespace psychograph::core
