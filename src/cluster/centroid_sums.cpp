#include "cluster/centroid_sums.hpp"

#include "comm/all_reduce.hpp"

namespace psychograph::cluster {

CentroidSums::CentroidSums(const Data& data, std::size_t k)
    : data_(data),
      k_(k),
      weight_scale_(data.weights.empty()
                        ? core::FixedPoint::whole_numbers()
                        : core::FixedPoint(data.total_weight, data.largest_weight, data.global_rows)),
      integers_(k * data.largest.size() + 2 * k + 1, 0) {
  for (const double largest : data.largest) {
    scales_.emplace_back(data.total_weight * largest, data.largest_weight * largest, data.global_rows);
  }
}

void CentroidSums::add(std::size_t row, std::int32_t cluster, std::int64_t sign) {
  const auto c = static_cast<std::size_t>(cluster);
  const std::size_t p = scales_.size();
  const double weight = data_.weight(row);
  const float* cell =
      data_.matrix.tile(row / core::FeatureMatrix::tile_rows) + row % core::FeatureMatrix::tile_rows;
  std::int64_t* sum = integers_.data() + c * p;
  for (std::size_t j = 0; j < p; ++j) {
    sum[j] +=
        sign * scales_[j].encode(weight * static_cast<double>(cell[j * core::FeatureMatrix::tile_rows]));
  }
  integers_[k_ * p + c] += sign * weight_scale_.encode(weight);
  integers_[k_ * p + k_ + c] += sign;
}

GlobalSums sum_over_ranks(const comm::Communicator& world, const CentroidSums& local, std::int64_t spare) {
  std::vector<std::int64_t> integers(local.integers().begin(), local.integers().end());
  integers.back() = spare;
  comm::sum_over_ranks(world, integers);
  const std::size_t k = local.k();
  const std::size_t p = local.scales().size();
  GlobalSums result{core::Centroids(k, p), std::vector<double>(k), std::vector<std::int64_t>(k),
                    integers.back()};
  for (std::size_t c = 0; c < k; ++c) {
    for (std::size_t j = 0; j < p; ++j) result.sums.at(c, j) = local.scales()[j].decode(integers[c * p + j]);
    result.weights[c] = local.weight_scale().decode(integers[k * p + c]);
    result.counts[c] = integers[k * p + k + c];
  }
  return result;
}

long double GlobalSums::least_inertia(double total_square) const {
  long double inertia = total_square;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    long double square = 0;
    for (std::size_t j = 0; j < sums.p(); ++j)
      square += static_cast<long double>(sums.at(c, j)) * sums.at(c, j);
    inertia -= square / weights[c];
  }
  return inertia;
}

long double GlobalSums::inertia(double total_square, const core::Centroids& centroids) const {
  long double inertia = total_square;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    for (std::size_t j = 0; j < sums.p(); ++j) {
      const long double centre = centroids.at(c, j);
      inertia += centre * (weights[c] * centre - 2 * static_cast<long double>(sums.at(c, j)));
    }
  }
  return inertia;
}

core::Centroids GlobalSums::means(const core::Centroids& previous) const {
  core::Centroids means = previous;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    for (std::size_t j = 0; counts[c] > 0 && j < sums.p(); ++j) means.at(c, j) = sums.at(c, j) / weights[c];
  }
  return means;
}

}  // namespace psychograph::cluster
