// The rows of the table that this rank holds, and the one way to read them: block by block, in the
// file's own types, collectively.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_range.hpp"
#include "io/block.hpp"
#include "io/hdf5.hpp"
#include "io/table.hpp"

namespace psychograph::io {

/// Where each rank's rows begin: [size + 1], rising, from 0 to table.rows(). Even shares, moved to the
/// nearest chunk edge where chunks are small beside a share.
std::vector<std::int64_t> shard_edges(const Table& table, int size);

/// Memory that is kept from read to read: new pages cost more than the copy that fills them.
class PageBuffer {
 public:
  /// At least so many bytes, page-aligned; what they held is lost. Throws std::bad_alloc.
  std::byte* at_least(std::size_t bytes);

 private:
  static constexpr std::size_t page = 4096;
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  std::unique_ptr<std::byte, Free> memory_;
  std::size_t size_ = 0;
};

class Shard {
 public:
  using Visit = std::function<void(const RawBlock&)>;

  /// Opens the files, each by the ranks that hold rows of it. Collective. Throws a data error.
  Shard(const comm::Communicator& world, Table table);

  [[nodiscard]] const Table& table() const { return table_; }
  /// The global rows of this rank.
  [[nodiscard]] core::RowRange rows() const { return rows_; }
  [[nodiscard]] std::size_t local_rows() const { return static_cast<std::size_t>(rows_.size()); }

  /// Reads the named columns of this rank's rows and shows them to `visit`, block by block: every cell of
  /// every column once; columns in any order, the rows of one column in theirs. Collective. What `visit`
  /// throws on one rank, and failures to read, are thrown on all.
  void read(std::span<const std::size_t> columns, const Visit& visit) const;
  /// The same for the local rows [first, first + count) alone, cut to the rank's own. Every rank gives the
  /// same two numbers.
  void read(std::span<const std::size_t> columns, std::int64_t first, std::int64_t count,
            const Visit& visit) const;

  /// Seconds spent inside HDF5's reads so far, on this rank.
  [[nodiscard]] double seconds_reading() const { return seconds_reading_; }

 private:
  /// Which rows of a file to read.
  struct Part {
    core::RowRange rows;       ///< within the file
    std::int64_t local_first;  ///< the local row that rows.begin is
    std::int64_t most_rows;    ///< the most that any rank reads: all take part in as many reads
  };
  struct OpenFile {
    std::size_t index;         ///< into table.files
    comm::Communicator group;  ///< the ranks that hold rows of it
    Handle file;
    Part part;  ///< all of this rank's rows
  };
  struct Reading;  // one dataset being read; see shard.cpp

  void read_columns_layout(const OpenFile& file, const Part& part, std::span<const std::size_t> columns,
                           const Visit& visit) const;
  void read_whole_rows(const OpenFile& file, const Part& part, std::span<const std::size_t> columns,
                       const Visit& visit) const;

  comm::Communicator world_;
  Table table_;
  core::RowRange rows_;
  std::vector<OpenFile> files_;
  mutable PageBuffer buffer_;
  mutable double seconds_reading_ = 0;
};

}  // namespace psychograph::io
