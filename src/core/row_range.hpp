// Which rows of the whole table a rank holds. Global row numbers are int64, everywhere.
#pragma once

#include <cstdint>

namespace psychograph::core {

/// Global rows [begin, end), half open. Invariant: 0 <= begin <= end.
struct RowRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  [[nodiscard]] constexpr std::int64_t size() const { return end - begin; }
  [[nodiscard]] constexpr bool empty() const { return begin == end; }
  [[nodiscard]] constexpr bool contains(std::int64_t row) const { return begin <= row && row < end; }
  friend constexpr bool operator==(const RowRange&, const RowRange&) = default;
};

/// The rows that two ranges share (empty, at the later begin, where they share none).
constexpr RowRange intersection(RowRange a, RowRange b) {
  const auto begin = a.begin > b.begin ? a.begin : b.begin;
  const auto end = a.end < b.end ? a.end : b.end;
  return {begin, end > begin ? end : begin};
}

}  // namespace psychograph::core
