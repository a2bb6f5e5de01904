// Rows laid out so that those who need work lie together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/feature_matrix.hpp"
#include "core/row_memory.hpp"

namespace psychograph::kernel {

/// The order of the rows within blocks of 1024. A bound that fails for three rows in ten fails, in the
/// table's order, somewhere in nearly every tile: all of the matrix is read, and rows have to be gathered.
/// Once the rows of a block lie by rising lead, whole tiles fail and whole tiles stand. Blocks stay in the
/// second-level cache while they are sorted, and positions within them need 2 bytes a row. The destructor
/// restores the table's order.
class RowOrder {
 public:
  static constexpr std::size_t block_rows = 1024;

  /// Everything of a row that goes with it, by position.
  struct Companions {
    std::span<std::int32_t> labels;
    std::span<float> deadlines;
  };

  /// Throws std::bad_alloc.
  explicit RowOrder(core::FeatureMatrix& matrix);
  ~RowOrder();
  RowOrder(const RowOrder&) = delete;
  RowOrder& operator=(const RowOrder&) = delete;

  /// The local row, in the table's order, that lies at a position.
  [[nodiscard]] std::size_t row_at(std::size_t position) const {
    return sorted_ ? position / block_rows * block_rows + order_[position] : position;
  }

  /// Writes the leads of the positions from `begin` on.
  using Leads = std::function<void(std::size_t begin, std::span<float> leads)>;
  /// Sorts every block by its leads (coarsely: by exponent and four more bits). Local.
  void sort(const Leads& leads_of, Companions companions);
  /// The table's order again. Local.
  void restore(Companions companions);

 private:
  void lay(std::size_t begin, std::span<const std::uint16_t> from, Companions companions);
  void lay_cells(std::size_t begin, std::span<const std::uint16_t> from);

  core::FeatureMatrix& matrix_;
  core::RowVector<std::uint16_t> order_;  ///< by position: the row within its block
  std::vector<float> block_;              ///< [1024, p] as tiles, before it is laid anew
  bool sorted_ = false;
};

}  // namespace psychograph::kernel
