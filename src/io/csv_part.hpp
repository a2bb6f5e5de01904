// Which bytes of the CSV files a rank parses. A part begins anywhere, perhaps inside a quoted field: whether
// it does is known from the number of quotes before it, which ranks count and add up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "io/csv_table.hpp"

namespace psychograph::io {

/// Bytes [begin, end) of one file. Its records are those that begin in there; the last may end beyond.
struct CsvPart {
  std::size_t file = 0;  ///< index into CsvTable::files
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool inside_quotes = false;  ///< whether `begin` lies inside a quoted field
  std::int64_t line = 1;       ///< the physical line that `begin` lies on, from 1
};

/// What a run of bytes holds.
struct CsvMarks {
  std::int64_t quotes = 0;
  std::int64_t newlines = 0;
  friend bool operator==(const CsvMarks&, const CsvMarks&) = default;
};

/// Counts over the bytes [begin, end) of `file`. Local. Throws an environment error.
CsvMarks count_csv_marks(const CsvFile& file, std::int64_t begin, std::int64_t end);

/// The parts of rank `rank` when all files' bytes are dealt out evenly and in order. A part that doesn't
/// begin its file (only the first can be one) still lacks `inside_quotes` and `line`.
std::vector<CsvPart> csv_parts(const CsvTable& table, int rank, int size);

/// The same for this rank, complete. Reads every byte that another rank depends on once. Collective. Throws
/// an environment error.
std::vector<CsvPart> deal_out_csv(const comm::Communicator& world, const CsvTable& table);

}  // namespace psychograph::io
