// The exact sums behind normal distributions.
#pragma once

#include <array>
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

/// Some of the rows that are at hand, and what each weighs.
class Share {
 public:
  static constexpr std::size_t most = 256;

  void clear() { count_ = 0; }
  /// A weight of 0 adds nobody. Precondition: no more than `most` are added.
  void add(std::size_t row, double weight) {
    rows_[count_] = static_cast<std::uint32_t>(row);
    weights_[count_] = weight;
    count_ += weight > 0 ? 1 : 0;  // no branch: who has a share is anybody's guess
  }
  [[nodiscard]] std::span<const std::uint32_t> rows() const { return std::span(rows_).first(count_); }
  [[nodiscard]] std::span<const double> weights() const { return std::span(weights_).first(count_); }

 private:
  std::array<std::uint32_t, most + 1> rows_;
  std::array<double, most + 1> weights_;
  std::size_t count_ = 0;
};

/// By segment: of weights, of rows, and of products of their cells. Rows come some at a time: many segments
/// have a share in each of them.
class NormalSums {
 public:
  /// `data` outlives it.
  NormalSums(const kernel::Data& data, std::size_t k, Products products);

  static constexpr std::size_t rows_at_once = Share::most;
  /// Takes local rows [first, first + count) in hand. Precondition: `first` is a multiple of rows_at_once,
  /// `count` no more than that. Local.
  void take(std::size_t first, std::size_t count);
  /// Adds rows that are at hand, counted from the first of them, to segment c. Local.
  void add(std::size_t c, const Share& share);
  /// Of all ranks. Collective.
  void sum_over_ranks(const comm::Communicator& world);

  [[nodiscard]] double weight(std::size_t c) const { return unit_.decode(sums_[c]); }
  [[nodiscard]] double row(std::size_t c, std::size_t j) const;
  /// Of the products of columns i and j <= i; of squares alone i = j.
  [[nodiscard]] double product(std::size_t c, std::size_t i, std::size_t j) const;

 private:
  [[nodiscard]] std::size_t rows_at(std::size_t c) const { return k_ + c * p_; }
  [[nodiscard]] std::size_t products_at(std::size_t c) const { return k_ * (1 + p_) + c * products_of_one_; }

  const kernel::Data& data_;
  std::size_t k_;
  std::size_t p_;
  Products products_;
  std::size_t products_of_one_;
  core::FixedPoint unit_;           ///< of weights times cells that are 1 at the most
  std::vector<double> scales_;      ///< [p] powers of two that make cells so
  std::vector<std::int64_t> sums_;  ///< [k] weights, [k, p] rows, [k, ...] products
  std::size_t stride_;              ///< from row to row
  std::vector<double> cells_;       ///< [rows_at_once, stride] scaled, at hand
  std::vector<double> squares_;     ///< the same of squares, where these are all
  std::vector<double> room_;        ///< for products
  std::vector<double> unit_weights_;
};

/// Everybody, one segment's worth: takes all local rows in hand one after the other and calls use(first,
/// count).
template <class Use>
void for_each_handful(const kernel::Data& data, NormalSums& sums, Use use) {
  for (std::size_t first = 0; first < data.local_rows(); first += NormalSums::rows_at_once) {
    const auto count = std::min(NormalSums::rows_at_once, data.local_rows() - first);
    data.matrix.walk(first / core::tile_rows);
    sums.take(first, count);
    use(first, count);
  }
}

/// Adds everybody to segment 0. Local.
void add_everybody(const kernel::Data& data, NormalSums& sums);

}  // namespace psychograph::cluster
