// The exact sums behind normal distributions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/fixed_point.hpp"
#include "kernel/data.hpp"
#include "spec/spec.hpp"

namespace psychograph::cluster {

/// Which products of cells are added up besides the cells.
enum class Products { none, squares, all };

/// By segment: of weights, of rows, and of products of their cells.
class NormalSums {
 public:
  NormalSums(const kernel::Data& data, std::size_t k, Products products);

  /// Adds a row's cells [p] to segment c, with that weight. Local.
  void add(std::size_t c, double weight, std::span<const double> cells);
  /// Of all ranks. Collective.
  void sum_over_ranks(const comm::Communicator& world);

  [[nodiscard]] double weight(std::size_t c) const { return weight_scale_.decode(sums_[c]); }
  [[nodiscard]] double row(std::size_t c, std::size_t j) const;
  /// Of the products of columns i and j <= i; of squares alone i = j.
  [[nodiscard]] double product(std::size_t c, std::size_t i, std::size_t j) const;

 private:
  [[nodiscard]] std::size_t rows_at(std::size_t c) const { return k_ + c * p_; }
  [[nodiscard]] std::size_t products_at(std::size_t c) const {
    return k_ * (1 + p_) + c * product_multipliers_.size();
  }

  std::size_t k_;
  std::size_t p_;
  Products products_;
  core::FixedPoint weight_scale_;
  std::vector<double> multipliers_;          ///< [p]
  std::vector<double> product_multipliers_;  ///< [p], or the lower triangle
  std::vector<std::int64_t> sums_;           ///< [k] weights, [k, p] rows, [k, ...] products
  std::vector<double> squares_;              ///< [p] of the row at hand
};

}  // namespace psychograph::cluster
