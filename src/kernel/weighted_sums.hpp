// Exact sums of many rows that each count for something: what mixtures add up for every segment. Every
// instruction set gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace psychograph::kernel {

/// So many doubles lie between two rows of `columns` cells: whole vectors of any instruction set.
constexpr std::size_t row_stride(std::size_t columns) { return (columns + 7) / 8 * 8; }

/// Some of a few rows, and what each counts.
struct WeightedRows {
  std::span<const double> cells;        ///< [any, stride]; behind a row's columns lie zeros
  std::size_t stride = 0;               ///< row_stride of the columns
  std::span<const std::uint32_t> rows;  ///< which of them
  std::span<const double> weights;      ///< [rows.size()]
};

/// Adds to each of `sums` [columns] the integers nearest to weight * cell (core/fixed_point.hpp) of every
/// row. Local.
void add_rows(const WeightedRows& rows, std::span<std::int64_t> sums);

/// The same of the products of two cells, to the lower triangle [columns (columns + 1) / 2], row by row.
/// `room` is memory that is used. Local.
void add_products_of_rows(const WeightedRows& rows, std::size_t columns, std::span<std::int64_t> sums,
                          std::span<double> room);
/// How many doubles that is.
constexpr std::size_t room_for_products(std::size_t rows, std::size_t columns) {
  return rows * row_stride(columns);
}

}  // namespace psychograph::kernel
