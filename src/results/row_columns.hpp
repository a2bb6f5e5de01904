// A tidy table made of rows of values: column by column, each cell of one row.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "results/tidy_table.hpp"

namespace psychograph::results {

/// Refers to both arguments.
template <class Row>
class RowColumns {
 public:
  RowColumns(std::span<const Row> rows, TidyTable& table) : rows_(rows), table_(table) {}

  /// `value`: a function of a row, or a member of it; a number, or what a string is made of.
  template <class Value>
  void add(const char* name, Value value) {
    using Told = std::decay_t<std::invoke_result_t<Value, const Row&>>;
    using Cell = std::conditional_t<std::is_integral_v<Told>, std::int64_t,
                                    std::conditional_t<std::is_floating_point_v<Told>, double, std::string>>;
    std::vector<Cell> cells;
    cells.reserve(rows_.size());
    for (const auto& row : rows_) cells.emplace_back(std::invoke(value, row));
    table_.add(name, std::move(cells));
  }

 private:
  std::span<const Row> rows_;
  TidyTable& table_;
};

}  // namespace psychograph::results
