// How the customers' ids are written, which is known before the first row is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "comm/communicator.hpp"
#include "io/hdf5.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// The column called `name`. Throws a data error where it is not there or can't hold ids.
std::size_t id_column(const Table& table, const std::string& name);

/// Throws a data error (file, column and row) for the first id of a block of the column that is missing: NaN,
/// the empty text, or what the file marks as missing. `first_row` is the block's first global row. Local.
void require_present(const Table& table, const RawBlock& block, std::int64_t first_row);

/// Numbers of the input's type (int64, uint64 or double where files differ), or fixed-length UTF-8 of the
/// longest over all ranks; int64 row numbers where there is no column.
class IdFormat {
 public:
  /// Looks at the types alone; only texts are read, to find the longest. Collective. Throws a data error for
  /// a column that can't be an id.
  IdFormat(const comm::Communicator& world, const Shard& shard, const std::optional<std::string>& column);

  /// HDF5 type of an id as it is written.
  [[nodiscard]] hid_t type() const { return type_.get(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// The column of the table, where there is one.
  [[nodiscard]] std::optional<std::size_t> column() const { return column_; }

  /// Throws a data error (file, column and row) for an id of a block of the column that is missing, or that
  /// the common type of the files would change. Local.
  void require_fit(const RawBlock& block) const;
  /// The ids of a block of the column, and of rows from `first_row` (global) on where there is no column, to
  /// `out` [count * bytes()]. Local.
  void copy(const RawBlock& block, std::byte* out) const;
  void number_rows(std::int64_t first_row, std::int64_t count, std::byte* out) const;

 private:
  void find_number_type(const comm::Communicator& world, const Shard& shard);
  void find_longest_text(const comm::Communicator& world, const Shard& shard);

  const Shard* shard_;
  std::optional<std::size_t> column_;
  bool text_ = false;
  bool floating_ = false;
  bool unsigned_ = false;
  bool widened_ = false;  ///< files differ in type
  Handle type_;
  std::size_t bytes_ = 0;
};

}  // namespace psychograph::io
