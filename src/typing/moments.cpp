#include "typing/moments.hpp"

#include <algorithm>
#include <numeric>

#include "typing/question.hpp"

namespace psychograph::typing {
namespace {

constexpr unsigned low_bits = 32;
constexpr std::int64_t low_mask = (std::int64_t{1} << low_bits) - 1;

void add_to(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from, std::int64_t sign) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += sign * from[i];
}

}  // namespace

void Moments::add(std::size_t segment, std::span<const std::int32_t> cells) {
  ++counts_[segment];
  auto* const sums = sums_.data() + segment * width_;
  std::size_t pair = 0;
  for (std::size_t i = 0; i < width_; ++i) {
    const std::int64_t cell = cells[i];
    sums[i] += cell;
    for (std::size_t j = 0; j <= i; ++j, ++pair) {
      const auto product = cell * cells[j];
      high_[pair] += product >> low_bits;
      low_[pair] += product & low_mask;
    }
  }
}

void Moments::include(comm::JointReduction<std::int64_t>& sums) {
  for (auto* part : {&counts_, &sums_, &high_, &low_}) sums.include(*part);
}

Moments& Moments::operator+=(const Moments& other) {
  add_to(counts_, other.counts_, 1);
  add_to(sums_, other.sums_, 1);
  add_to(high_, other.high_, 1);
  add_to(low_, other.low_, 1);
  return *this;
}

Moments& Moments::operator-=(const Moments& other) {
  add_to(counts_, other.counts_, -1);
  add_to(sums_, other.sums_, -1);
  add_to(high_, other.high_, -1);
  add_to(low_, other.low_, -1);
  return *this;
}

std::int64_t Moments::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

double Moments::mean(std::size_t segment, std::size_t predictor) const {
  if (counts_[segment] == 0) return 0;
  return static_cast<double>(static_cast<long double>(sums_[segment * width_ + predictor]) * step /
                             static_cast<long double>(counts_[segment]));
}

long double Moments::product(std::size_t one, std::size_t other) const {
  const auto [low, high] = std::minmax(one, other);
  const auto pair = high * (high + 1) / 2 + low;
  return static_cast<long double>(high_[pair]) * 0x1p32L + static_cast<long double>(low_[pair]);
}

double Moments::within(std::size_t one, std::size_t other) const {
  long double sum = product(one, other);
  for (std::size_t g = 0; g < counts_.size(); ++g) {
    if (counts_[g] == 0) continue;
    sum -= static_cast<long double>(sums_[g * width_ + one]) *
           static_cast<long double>(sums_[g * width_ + other]) / static_cast<long double>(counts_[g]);
  }
  return static_cast<double>(sum * step * step);
}

long double Moments::sum(std::size_t predictor) const {
  long double sum = 0;
  for (std::size_t g = 0; g < counts_.size(); ++g)
    sum += static_cast<long double>(sums_[g * width_ + predictor]);
  return sum;
}

double Moments::mean(std::size_t predictor) const {
  const auto n = static_cast<long double>(std::max<std::int64_t>(1, count()));
  return static_cast<double>(sum(predictor) * step / n);
}

double Moments::total(std::size_t one, std::size_t other) const {
  const auto n = static_cast<long double>(std::max<std::int64_t>(1, count()));
  return static_cast<double>((product(one, other) - sum(one) * sum(other) / n) * step * step);
}

}  // namespace psychograph::typing
