// The assignments of a result file as lines of CSV: opened by all ranks together, formatted block by block.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "comm/communicator.hpp"
#include "io/csv_column.hpp"
#include "io/hdf5.hpp"

namespace psychograph::results {

/// Every member function that isn't const is collective over the communicator it was made with.
class AssignmentLines {
 public:
  /// Opens the result file `path`. Collective. Throws a data error (missing, not HDF5, damaged, not a result
  /// file), or an environment error where it can't be read.
  AssignmentLines(const comm::Communicator& world, const std::string& path);

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  /// The most rows that `format` takes: as many as keep the memory of a block small.
  [[nodiscard]] std::int64_t block_rows() const { return block_rows_; }

  /// customer_id,segment,name,distance,runner_up,margin, and the end of the line; `name` where segments have
  /// one.
  [[nodiscard]] std::string header() const;

  /// Makes `text` the lines of rows [first, first + count). Collective; ranks name rows of their own, and
  /// `count` may be 0. Throws a data error.
  void format(std::int64_t first, std::int64_t count, std::string& text);

 private:
  void append_line(std::string& text, std::size_t i) const;

  comm::Communicator world_;
  std::int64_t rows_ = 0;
  std::int64_t block_rows_ = 0;
  bool named_ = false;
  std::unordered_map<std::int64_t, std::string> names_;  ///< of segments, as cells
  io::Handle file_;
  std::vector<io::CsvColumn> columns_;
};

}  // namespace psychograph::results
