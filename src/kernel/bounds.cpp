#include "kernel/bounds.hpp"

#include <algorithm>
#include <cmath>

#include "core/feature_matrix.hpp"

namespace psychograph::kernel {
namespace {

using core::tile_rows;
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr double hair = 1 + 0x1p-40;  // more than the rounding of a few sums of doubles

double largest_square_norm(const PackedCentroids& centroids) {
  double largest = 0;
  for (std::size_t c = 0; c < centroids.k(); ++c) {
    double square = 0;
    for (std::size_t j = 0; j < centroids.p(); ++j) {
      const auto value = static_cast<double>(centroids.at(c, j));
      square += value * value;
    }
    largest = std::max(largest, square);
  }
  return largest * hair;
}

/// How far each centroid has moved, from above.
std::vector<double> steps(const PackedCentroids& before, const PackedCentroids& now) {
  std::vector<double> result(now.k());
  for (std::size_t c = 0; c < now.k(); ++c) {
    double square = 0;
    for (std::size_t j = 0; j < now.p(); ++j) {
      const auto difference = static_cast<double>(now.at(c, j)) - static_cast<double>(before.at(c, j));
      square += difference * difference;
    }
    result[c] = std::sqrt(square) * hair;
  }
  return result;
}

}  // namespace

Bounds::Bounds(std::size_t rows, std::size_t k, const core::RowMemory& where)
    : deadlines_(rows, -infinity, where), travelled_(k, 0.0), rounded_(k + 1, 0.0F) {
  rounded_.front() =
      -infinity;  // a row that takes no part is never overdue; one with no label yet has no deadline
}

void Bounds::follow(const PackedCentroids& centroids) {
  const double square = largest_square_norm(centroids);
  hold_ = hold_ && square <= static_cast<double>(square_radius_) * (1 - 0x1p-20);
  // Room for the centroids to move outwards: a quarter of their norm. 2^-80 is above all that underflows.
  if (!hold_) square_radius_ = static_cast<float>(square * 1.5 + 0x1p-80);
  sampling_ = false;
  if (last_) travel(steps(*last_, centroids));
  last_ = centroids;
}

void Bounds::travel(const std::vector<double>& steps) {
  const auto fastest = static_cast<std::size_t>(std::max_element(steps.begin(), steps.end()) - steps.begin());
  double second = 0;
  double sum = 0;
  for (std::size_t c = 0; c < steps.size(); ++c) {
    if (c != fastest) second = std::max(second, steps[c]);
    sum += steps[c];
  }
  for (std::size_t c = 0; c < steps.size(); ++c) {
    travelled_[c] = (travelled_[c] + steps[c] + (c == fastest ? second : steps[fastest])) * hair;
    rounded_[1 + c] = std::nextafter(static_cast<float>(travelled_[c]), infinity);
  }
  pace_ = steps[fastest] + sum / static_cast<double>(steps.size());
}

void Bounds::begin() {
  std::fill(deadlines_.begin(), deadlines_.end(), -infinity);
  std::fill(travelled_.begin(), travelled_.end(), 0.0);
  std::fill(rounded_.begin() + 1, rounded_.end(), 0.0F);
  hold_ = true;
  begin_sample();
}

void Bounds::begin_sample() {
  sampled_.fill(0);
  sampling_ = true;
}

void Bounds::sample(std::span<const float> leads) {
  if (!sampling_) return;
  for (const float lead : leads) ++sampled_[bucket_of(lead)];
}

double Bounds::expected_share() const {
  double overdue = 0;
  double all = 0;
  for (std::size_t b = 0; b < lead_buckets; ++b) {
    const auto count = static_cast<double>(sampled_[b]);
    overdue += count * std::min(1.0, pace_ / std::max(1e-30, static_cast<double>(least_lead(b))));
    all += count;
  }
  return all == 0 ? 0 : overdue / all;
}

void Bounds::overdue(const std::int32_t* labels, std::size_t first, std::span<std::uint16_t> rows) const {
  const auto row = first * tile_rows;
  expired(labels + row, deadlines_.data() + row, rounded_.data() + 1, rows.size(), rows.data());
}

void Bounds::leads(std::span<const std::int32_t> labels, std::size_t begin, std::span<float> out) const {
  const float* const travelled = rounded_.data() + 1;  // of label -1 too
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = deadlines_[begin + i] - travelled[labels[begin + i]];
}

void Bounds::to_deadlines(const std::int32_t* labels, std::size_t tiles, float* leads) const {
  lengthen(labels, rounded_.data() + 1, tiles, leads);
}

}  // namespace psychograph::kernel
