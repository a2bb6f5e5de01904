#include "core/wide_sums.hpp"

#include <bit>
#include <cmath>

namespace psychograph::core {
namespace {

constexpr int digit_bits = 32;
constexpr std::int64_t digit_mask = 0xffffffff;
constexpr int lowest_exponent = -1074;
/// An addition puts less than 2^34 into a digit.
constexpr std::int64_t most_added = std::int64_t{1} << 28;

void carry_digit(std::int64_t& digit, std::int64_t& next) {
  next += digit >> digit_bits;
  digit &= digit_mask;
}

}  // namespace

std::vector<std::int64_t>& WideSums::at(std::size_t d) {
  if (digits_[d].empty()) digits_[d].resize(count_, 0);
  return digits_[d];
}

void WideSums::add(std::size_t i, double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto exponent = bits >> 52;
  const std::uint64_t fraction = bits & 0xfffffffffffffU;
  const std::uint64_t mantissa = exponent == 0 ? fraction : fraction | (std::uint64_t{1} << 52);
  if (mantissa == 0) return;
  const auto place = exponent == 0 ? 0 : exponent - 1;
  const auto d = place / digit_bits;
  const auto shift = place % digit_bits;
  const auto low = (mantissa & digit_mask) << shift;
  const auto high = (mantissa >> digit_bits) << shift;
  at(d)[i] += static_cast<std::int64_t>(low & digit_mask);
  at(d + 1)[i] += static_cast<std::int64_t>((low >> digit_bits) + (high & digit_mask));
  at(d + 2)[i] += static_cast<std::int64_t>(high >> digit_bits);
  if (++added_ == most_added) carry();
}

void WideSums::carry() {
  for (std::size_t d = 0; d + 1 < digits; ++d) {
    if (digits_[d].empty()) continue;
    for (std::size_t i = 0; i < count_; ++i) {
      if (digits_[d][i] > digit_mask) carry_digit(digits_[d][i], at(d + 1)[i]);
    }
  }
  added_ = 0;
}

std::vector<std::int64_t>& WideSums::digit(std::size_t d) {
  if (added_ > 0) carry();
  return digits_[d];
}

double WideSums::value(std::size_t i) {
  std::array<std::int64_t, digits> number{};
  for (std::size_t d = 0; d < digits; ++d) number[d] = digits_[d].empty() ? 0 : digits_[d][i];
  return rounded(number);
}

double WideSums::total() {
  if (added_ > 0) carry();
  std::array<std::int64_t, digits> number{};
  for (std::size_t d = 0; d < digits; ++d) {
    for (const auto digit : digits_[d]) number[d] += digit;
  }
  return rounded(number);
}

double WideSums::rounded(const std::array<std::int64_t, digits>& number) {
  auto carried = number;
  for (std::size_t d = 0; d + 1 < digits; ++d) carry_digit(carried[d], carried[d + 1]);
  long double sum = 0;
  for (std::size_t d = 0; d < digits; ++d) {
    if (carried[d] == 0) continue;
    sum +=
        std::ldexp(static_cast<long double>(carried[d]), static_cast<int>(d) * digit_bits + lowest_exponent);
  }
  return static_cast<double>(sum);
}

}  // namespace psychograph::core
