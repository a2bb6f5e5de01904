#include "cluster/normal_sums.hpp"

#include <cmath>

#include "comm/all_reduce.hpp"
#include "core/feature_matrix.hpp"
#include "core/triangle.hpp"
#include "kernel/weighted_sums.hpp"

namespace psychograph::cluster {
namespace {

std::size_t count_of(Products products, std::size_t p) {
  if (products == Products::none) return 0;
  return products == Products::squares ? p : p * (p + 1) / 2;
}

/// The power of two that brings cells of that size to 1 and below.
double scale_of(double largest) {
  int exponent = 0;
  if (largest > 0) static_cast<void>(std::frexp(largest, &exponent));
  return std::ldexp(1.0, -exponent);
}

}  // namespace

NormalSums::NormalSums(const kernel::Data& data, std::size_t k, Products products)
    : data_(data),
      k_(k),
      p_(data.matrix.columns()),
      products_(products),
      products_of_one_(count_of(products, p_)),
      unit_(data.total_weight, data.largest_weight, data.global_rows),
      sums_(k * (1 + p_ + products_of_one_), 0),
      stride_(kernel::row_stride(p_)),
      cells_(rows_at_once * stride_, 0.0) {
  for (std::size_t j = 0; j < p_; ++j) scales_.push_back(scale_of(data.largest[j]));
  if (products == Products::squares) squares_ = cells_;
  if (products == Products::all) room_.resize(kernel::room_for_products(rows_at_once, p_));
}

void NormalSums::take(std::size_t first, std::size_t count) {
  for (std::size_t begin = 0; begin < count; begin += core::tile_rows) {
    const float* tile = data_.matrix.tile((first + begin) / core::tile_rows);
    const auto rows = std::min(core::tile_rows, count - begin);
    for (std::size_t j = 0; j < p_; ++j, tile += core::tile_rows) {
      for (std::size_t row = 0; row < rows; ++row)
        cells_[(begin + row) * stride_ + j] = static_cast<double>(tile[row]) * scales_[j];
    }
  }
  for (std::size_t i = 0; i < squares_.size(); ++i) squares_[i] = cells_[i] * cells_[i];
}

void NormalSums::add(std::size_t c, const Share& share) {
  unit_weights_.clear();
  for (const double weight : share.weights()) {
    sums_[c] += unit_.encode(weight);
    unit_weights_.push_back(weight * unit_.multiplier());
  }
  const std::span all(sums_);
  kernel::WeightedRows rows{cells_, stride_, share.rows(), unit_weights_};
  kernel::add_rows(rows, all.subspan(rows_at(c), p_));
  const auto products = all.subspan(products_at(c), products_of_one_);
  if (products_ == Products::all) kernel::add_products_of_rows(rows, p_, products, room_);
  if (products_ != Products::squares) return;
  rows.cells = squares_;
  kernel::add_rows(rows, products);
}

void NormalSums::sum_over_ranks(const comm::Communicator& world) {
  comm::sum_over_ranks(world, std::span<std::int64_t>(sums_));
}

double NormalSums::row(std::size_t c, std::size_t j) const {
  return unit_.decode(sums_[rows_at(c) + j]) / scales_[j];
}

double NormalSums::product(std::size_t c, std::size_t i, std::size_t j) const {
  const auto place = products_ == Products::squares ? i : core::triangle(i, j);
  return unit_.decode(sums_[products_at(c) + place]) / scales_[i] / scales_[j];
}

void add_everybody(const kernel::Data& data, NormalSums& sums) {
  Share share;
  for_each_handful(data, sums, [&](std::size_t first, std::size_t count) {
    share.clear();
    for (std::size_t row = 0; row < count; ++row) share.add(row, data.weight(first + row));
    sums.add(0, share);
  });
}

}  // namespace psychograph::cluster
