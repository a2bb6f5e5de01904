// What the look at a rank's CSV cells hands to their writing. Local.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "io/csv_chunk.hpp"
#include "io/csv_spool.hpp"
#include "io/csv_store.hpp"

namespace psychograph::io {

/// A batch of records after the other, first all in, then all out.
class CsvHandOver {
 public:
  explicit CsvHandOver(std::string folder) : spool_(std::move(folder)) {}
  /// The stretches of `rows` records, one for each column.
  void put(std::size_t rows, std::vector<CsvChunk>& chunks);
  /// The next batch, in the order of the columns; until the next call.
  std::vector<CsvStretch> take(std::size_t columns);

 private:
  CsvSpool spool_;
  std::vector<std::byte> bytes_;
};

}  // namespace psychograph::io
