#include "evaluate/samples.hpp"

#include <array>
#include <cstddef>

namespace psychograph::evaluate {
namespace {

/// P(at most i) of a Poisson number of mean 1, in units of 2^-53.
constexpr std::array<double, 18> poisson_steps = [] {
  std::array<double, 18> steps{};
  double term = 0.36787944117144233;  // 1 / e
  double sum = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    sum += term;
    steps[i] = sum;
    term /= static_cast<double>(i + 1);
  }
  return steps;
}();

std::int64_t poisson(double unit) {
  std::int64_t number = 0;
  for (const double step : poisson_steps) number += unit >= step ? 1 : 0;
  return number;
}

}  // namespace

std::vector<std::int32_t> some_of(const kernel::Data& data, std::uint64_t seed, std::int64_t most) {
  const double share = static_cast<double>(most) / static_cast<double>(data.global_rows);
  std::vector<std::int32_t> groups(data.local_rows(), -1);
  for (std::size_t row = 0; row < groups.size(); ++row) {
    const auto global = static_cast<std::uint64_t>(data.rows.begin) + row;
    const auto bits = core::random_bits(seed, core::Purpose::judged_sample, 0, global).first;
    if (data.weight(row) > 0 && core::to_unit(bits) < share) groups[row] = 0;
  }
  return groups;
}

std::vector<std::int32_t> halves_of(const kernel::Data& data, std::uint64_t seed, core::Purpose purpose,
                                    std::uint32_t split) {
  std::vector<std::int32_t> halves(data.local_rows(), -1);
  for (std::size_t row = 0; row < halves.size(); ++row) {
    const auto global = static_cast<std::uint64_t>(data.rows.begin) + row;
    const auto bits = core::random_bits(seed, purpose, split, global).first;
    if (data.weight(row) > 0) halves[row] = static_cast<std::int32_t>(bits >> 63);
  }
  return halves;
}

std::vector<double> bootstrap_weights(const kernel::Data& data, std::uint64_t seed, std::uint32_t sample) {
  std::vector<double> weights(data.local_rows());
  for (std::size_t row = 0; row < weights.size(); ++row) {
    const auto global = static_cast<std::uint64_t>(data.rows.begin) + row;
    const auto bits = core::random_bits(seed, core::Purpose::bootstrap, sample, global).first;
    weights[row] = data.weight(row) * static_cast<double>(poisson(core::to_unit(bits)));
  }
  return weights;
}

}  // namespace psychograph::evaluate
