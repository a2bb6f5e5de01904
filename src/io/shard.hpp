// The rows of the table that this rank holds, and the one way to read them: block by block, in the
// file's own types.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_memory.hpp"
#include "core/row_range.hpp"
#include "io/block.hpp"
#include "io/dataset_reader.hpp"
#include "io/hdf5.hpp"
#include "io/table.hpp"

namespace psychograph::io {

/// Where each rank's rows begin: [size + 1], rising, from 0 to table.rows(). Even shares, moved to the
/// nearest chunk edge where chunks are small beside a share.
std::vector<std::int64_t> shard_edges(const Table& table, int size);

/// A rank with more files to itself opens them one after the other, whenever it reads: what HDF5 holds for an
/// open file takes more than half a MiB.
inline constexpr std::size_t most_held_files = 16;

class Shard {
 public:
  using Visit = std::function<void(const RawBlock&)>;

  /// Opens the files that several ranks hold rows of, together, and a few that are this rank's alone; more of
  /// these are opened as they are read. Collective. Throws a data error, also where a file is not what it was
  /// at the first look.
  Shard(const comm::Communicator& world, Table table);

  [[nodiscard]] const Table& table() const { return table_; }
  /// The global rows of this rank.
  [[nodiscard]] core::RowRange rows() const { return rows_; }
  [[nodiscard]] std::size_t local_rows() const { return static_cast<std::size_t>(rows_.size()); }

  /// Of the rank that has most.
  [[nodiscard]] std::int64_t most_local_rows() const { return most_local_rows_; }

  /// Reads the named columns of this rank's rows and shows them to `visit`, block by block: every cell of
  /// every column once; columns in any order, the rows of one column in theirs. Collective. What `visit`
  /// throws on one rank, and failures to read, are thrown on all.
  void read(std::span<const std::size_t> columns, const Visit& visit) const;
  /// The same, but all columns of some rows before the next rows, some thousand at a time: the order in which
  /// a feature matrix lies in memory or on disk. Collective.
  void read_by_rows(std::span<const std::size_t> columns, const Visit& visit) const;
  /// The same for the local rows [first, first + count) alone, cut to the rank's own.
  void read(std::span<const std::size_t> columns, std::int64_t first, std::int64_t count,
            const Visit& visit) const;

  /// Where what is kept of the rows should lie; in memory, until it is said otherwise.
  [[nodiscard]] const core::RowMemory& where() const { return where_; }
  void keep_rows_in(const core::RowMemory& where) {
    where_ = where;
    buffer_ = PageBuffer(where);
  }

  /// How a column is stored in each file that this rank holds rows of. Collective.
  [[nodiscard]] std::vector<ElementType> element_types(std::size_t column) const;

  /// Every block that is read from now on, whoever reads it, is shown to `witness` too, after its reader (an
  /// empty function: to nobody).
  void watch(Visit witness) { witness_ = std::move(witness); }

  /// Seconds spent inside HDF5's reads so far, on this rank.
  [[nodiscard]] double seconds_reading() const { return seconds_reading_; }

 private:
  friend class Windows;  // reads some rows after others, within one opening of the columns

  struct OpenFile {
    std::size_t index;         ///< into table.files
    comm::Communicator group;  ///< the ranks that hold rows of it, where they are several
    core::RowRange rows;       ///< of this rank, within the file
    std::int64_t local_first;  ///< the local row that rows.begin is
    Handle file;               ///< empty: this rank's alone, and opened for each read
  };

  /// A file's datasets, one a column; or the one that holds whole rows, and the columns' places in a matrix's
  /// row.
  struct Datasets {
    Handle file;  ///< where it is open for these alone
    std::vector<DatasetReader> readers;
    std::unordered_map<std::string, std::size_t> places;
  };
  [[nodiscard]] Datasets open_datasets(const OpenFile& file, std::span<const std::size_t> columns) const;
  /// Those of the files that are held open; empty ones for the others. Collective.
  [[nodiscard]] std::vector<Datasets> open_held(std::span<const std::size_t> columns) const;
  /// Calls `use` with the datasets of file `f`: `held`, or opened for this call. Throws a data error where
  /// the file or what it declares is not what it was at the first look. Local.
  void with_datasets(std::size_t f, std::span<const std::size_t> columns, const Datasets& held,
                     const std::function<void(const Datasets&)>& use) const;
  void open_files();
  [[nodiscard]] Handle open(const OpenFile& file) const;
  [[nodiscard]] std::string open_failure(const OpenFile& file) const;
  void require_unchanged(const OpenFile& file) const;
  void require_as_declared(const OpenFile& file, std::span<const std::size_t> columns,
                           const Datasets& datasets) const;
  /// In which order the cells of columns that lie apart are read.
  enum class Order { by_column, by_rows };
  void read(std::span<const std::size_t> columns, core::RowRange local_rows, Order order,
            const Visit& visit) const;
  /// What `read` does once the datasets of the files that are held are open. Local.
  void read_rows(std::span<const std::size_t> columns, const std::vector<Datasets>& datasets,
                 core::RowRange local_rows, Order order, const Visit& visit) const;
  [[nodiscard]] ElementType element_type_of(std::size_t column, const Datasets& datasets) const;
  /// Where a column begins in a whole row.
  [[nodiscard]] std::size_t offset_of(std::size_t column, const Datasets& datasets) const;
  void read_columns(const OpenFile& file, core::RowRange rows, std::span<const std::size_t> columns,
                    const Datasets& datasets, const Visit& visit) const;
  void read_whole_rows(const OpenFile& file, core::RowRange rows, std::span<const std::size_t> columns,
                       const Datasets& datasets, const Visit& visit) const;

  comm::Communicator world_;
  Table table_;
  core::RowRange rows_;
  std::int64_t most_local_rows_ = 0;
  std::vector<OpenFile> files_;
  Visit witness_;
  core::RowMemory where_;
  mutable PageBuffer buffer_;
  mutable double seconds_reading_ = 0;
};

}  // namespace psychograph::io
