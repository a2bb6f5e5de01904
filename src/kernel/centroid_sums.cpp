#include "kernel/centroid_sums.hpp"

#include "comm/all_reduce.hpp"

namespace psychograph::kernel {

CentroidSums::CentroidSums(const Data& data, std::size_t k)
    : k_(k),
      weight_scale_(data.weighted ? core::FixedPoint(data.total_weight, data.largest_weight, data.global_rows)
                                  : core::FixedPoint::whole_numbers()),
      rest_scale_(0.5 * static_cast<double>(data.global_rows), 0.5, data.global_rows),
      multipliers_(MovingSums::padded(data.largest.size()), 0.0),
      rows_(k * multipliers_.size(), 0),
      weights_(k, 0),
      counts_(k, 0),
      rests_(data.far_cells ? k * data.largest.size() : 0, 0) {
  for (std::size_t j = 0; j < data.largest.size(); ++j) {
    scales_.push_back(data.sum_scale(j));
    multipliers_[j] = scales_.back().multiplier();
  }
}

void CentroidSums::move(std::span<const Move> moves) {
  move_rows(moves, {scales_.size(), multipliers_.data(), rows_.data()});
  for (const auto& move : moves) {
    if (!rests_.empty()) move_rests(move);
    const auto to = static_cast<std::size_t>(move.to);
    const auto weight = weight_scale_.encode(move.weight);
    weights_[to] += weight;
    ++counts_[to];
    if (move.from < 0) continue;
    const auto from = static_cast<std::size_t>(move.from);
    weights_[from] -= weight;
    --counts_[from];
  }
}

void CentroidSums::move_rests(const Move& move) {
  const auto p = scales_.size();
  for (std::size_t j = 0; j < p; ++j) {
    const auto cell = move.tile[j * core::tile_rows + static_cast<std::size_t>(move.row)];
    const double term = move.weight * static_cast<double>(cell);
    const double rounded = static_cast<double>(scales_[j].encode(term));
    const auto rest = rest_scale_.encode(term * scales_[j].multiplier() - rounded);
    rests_[static_cast<std::size_t>(move.to) * p + j] += rest;
    if (move.from >= 0) rests_[static_cast<std::size_t>(move.from) * p + j] -= rest;
  }
}

double CentroidSums::row_sum(std::span<const std::int64_t> integers, std::size_t c, std::size_t j) const {
  const auto p = scales_.size();
  const auto whole = integers[c * p + j];
  if (rests_.empty()) return scales_[j].decode(whole);
  const auto rest = static_cast<long double>(integers[k_ * (p + 2) + c * p + j]) / rest_scale_.multiplier();
  return static_cast<double>((static_cast<long double>(whole) + rest) / scales_[j].multiplier());
}

std::vector<std::int64_t> CentroidSums::integers() const {
  std::vector<std::int64_t> result;
  result.reserve(k_ * (scales_.size() + 2));
  const auto append = [&](const std::vector<std::int64_t>& from, std::size_t first, std::size_t count) {
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(first);
    result.insert(result.end(), begin, begin + static_cast<std::ptrdiff_t>(count));
  };
  for (std::size_t c = 0; c < k_; ++c) append(rows_, c * multipliers_.size(), scales_.size());
  append(weights_, 0, k_);
  append(counts_, 0, k_);
  append(rests_, 0, rests_.size());
  return result;
}

GlobalSums sum_over_ranks(const comm::Communicator& world, const CentroidSums& local,
                          std::vector<std::int64_t> extra) {
  auto integers = local.integers();
  const auto own = static_cast<std::ptrdiff_t>(integers.size());
  integers.insert(integers.end(), extra.begin(), extra.end());
  comm::sum_over_ranks(world, integers);
  extra.assign(integers.begin() + own, integers.end());
  const std::size_t k = local.k();
  const std::size_t p = local.scales().size();
  GlobalSums result{core::Centroids(k, p), std::vector<double>(k), std::vector<std::int64_t>(k),
                    std::move(extra)};
  for (std::size_t c = 0; c < k; ++c) {
    for (std::size_t j = 0; j < p; ++j) result.sums.at(c, j) = local.row_sum(integers, c, j);
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

}  // namespace psychograph::kernel
