#include "cluster/normal_sums.hpp"

#include "cluster/triangle.hpp"
#include "comm/all_reduce.hpp"
#include "kernel/quadratic.hpp"

namespace psychograph::cluster {

NormalSums::NormalSums(const kernel::Data& data, std::size_t k, Products products)
    : k_(k),
      p_(data.matrix.columns()),
      products_(products),
      weight_scale_(data.total_weight, data.largest_weight, data.global_rows) {
  const auto scale_of = [&](double largest) {
    return core::FixedPoint(data.total_weight * largest, data.largest_weight * largest, data.global_rows)
        .multiplier();
  };
  for (std::size_t i = 0; i < p_; ++i) {
    multipliers_.push_back(scale_of(data.largest[i]));
    if (products == Products::none) continue;
    for (std::size_t j = products == Products::squares ? i : 0; j <= i; ++j)
      product_multipliers_.push_back(scale_of(data.largest[i] * data.largest[j]));
  }
  sums_.assign(k_ * (1 + p_ + product_multipliers_.size()), 0);
  squares_.resize(p_);
}

void NormalSums::add(std::size_t c, double weight, std::span<const double> cells) {
  sums_[c] += weight_scale_.encode(weight);
  const std::span all(sums_);
  kernel::add_scaled(weight, cells, multipliers_, all.subspan(rows_at(c), p_));
  if (products_ == Products::squares) {
    for (std::size_t j = 0; j < p_; ++j) squares_[j] = cells[j] * cells[j];
    kernel::add_scaled(weight, squares_, product_multipliers_, all.subspan(products_at(c), p_));
  } else if (products_ == Products::all) {
    kernel::add_products(weight, cells, product_multipliers_,
                         all.subspan(products_at(c), product_multipliers_.size()));
  }
}

void NormalSums::sum_over_ranks(const comm::Communicator& world) {
  comm::sum_over_ranks(world, std::span<std::int64_t>(sums_));
}

double NormalSums::row(std::size_t c, std::size_t j) const {
  return static_cast<double>(sums_[rows_at(c) + j]) / multipliers_[j];
}

double NormalSums::product(std::size_t c, std::size_t i, std::size_t j) const {
  const auto place = products_ == Products::squares ? i : triangle(i, j);
  return static_cast<double>(sums_[products_at(c) + place]) / product_multipliers_[place];
}

}  // namespace psychograph::cluster
