// One dataset of a table, read block after block by one rank.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/row_memory.hpp"
#include "core/row_range.hpp"
#include "io/hdf5.hpp"

namespace psychograph::io {

/// Memory that is kept from read to read: new pages cost more than the copy that fills them.
class PageBuffer {
 public:
  explicit PageBuffer(const core::RowMemory& where = {}) : pages_(where) {}
  /// At least so many bytes, page-aligned; what they held is lost. Throws std::bad_alloc.
  std::byte* at_least(std::size_t bytes);

 private:
  struct alignas(4096) Page {
    std::byte bytes[4096];
  };
  core::RowVector<Page> pages_;
};

/// Reads whole rows in the file's own types. Once the dataset is open no other rank is met: a rank that waits
/// for none of the others reads at the speed of plain `pread` (docs/design.md has the figures).
class DatasetReader {
 public:
  /// Bytes of rows [first, first + count) of the file; valid during the call.
  using Show = std::function<void(std::int64_t first, std::size_t count, const std::byte* bytes)>;

  /// `of_one_cell`: [n], or a vector that lies as n x 1 or 1 x n.
  enum class Rows { of_one_cell, across };

  /// `name` is what messages call the dataset.
  DatasetReader(Handle dataset, std::string name, Rows shape);

  /// Whether there is a dataset of that shape.
  [[nodiscard]] explicit operator bool() const { return rows_ >= 0; }
  /// -1 where it is none.
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  /// Cells of a row.
  [[nodiscard]] std::size_t width() const { return width_; }

  [[nodiscard]] hid_t dataset() const { return dataset_.get(); }
  [[nodiscard]] hid_t type() const { return type_.get(); }
  /// From one row to the next.
  [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }

  /// Shows the rows in blocks of about a MiB that end at multiples of `chunk_rows`, so that no chunk is
  /// decoded twice. Adds the time inside HDF5's reads to `seconds`. Throws a data error for what can't be
  /// read. Local.
  void read(core::RowRange rows, std::int64_t chunk_rows, PageBuffer& buffer, double& seconds,
            const Show& show) const;

 private:
  void read_block(core::RowRange rows, std::byte* bytes, double& seconds) const;
  void reclaim(core::RowRange rows, std::byte* bytes) const;
  [[nodiscard]] Handle memory_space(core::RowRange rows) const;

  Handle dataset_;
  std::string name_;
  Handle type_;
  Handle space_;
  std::int64_t rows_ = -1;
  std::size_t rows_axis_ = 0;  ///< along which dimension rows follow one another
  std::size_t width_ = 1;      ///< columns of a 2-D dataset; else 1
  std::size_t row_bytes_ = 0;
  bool variable_ = false;  ///< has strings or lists of variable length
};

}  // namespace psychograph::io
