// What the look at a rank's CSV cells hands to their writing. Local.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "io/csv_chunk.hpp"
#include "io/csv_store.hpp"
#include "io/spill.hpp"

namespace psychograph::io {

/// A batch of records after the other, first all in, then all out.
class CsvHandOver {
 public:
  /// What doesn't fit into some memory lies in `folder`.
  explicit CsvHandOver(std::string folder) : spill_(std::move(folder), 1, most_memory) {}
  /// The stretches of `rows` records, one for each column.
  void put(std::size_t rows, std::vector<CsvChunk>& chunks);
  /// The next batch, in the order of the columns; until the next call.
  std::vector<CsvStretch> take(std::size_t columns);

 private:
  static constexpr std::size_t most_memory = std::size_t{64} << 20;
  Spill spill_;  ///< of one slice
  std::size_t taken_ = 0;
  std::vector<std::byte> bytes_;
};

}  // namespace psychograph::io
