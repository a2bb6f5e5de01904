// The customers' ids: unique over all ranks, and written back in the type they came in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_range.hpp"
#include "io/id_format.hpp"
#include "io/id_slices.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// What finding repeated ids holds of a row, in row memory, unless they are integers that rise from row to
/// row.
inline constexpr std::int64_t unsorted_row_bytes = 16;

/// Throws a data error that names a repeated id (the smallest of several) and its first two rows. Takes time
/// in proportion to the rows, the bytes above, and some 100 for a row of a slice. Collective.
void require_unique_ids(const comm::Communicator& world, const Shard& shard, const std::string& column,
                        std::int64_t rows_a_slice = usual_rows_a_slice);

/// The ids of one window of this rank's rows, as they are written. Local.
class WindowIds {
 public:
  WindowIds(const Shard& shard, const IdFormat& format);

  /// Of these local rows.
  void begin(core::RowRange rows);
  /// Takes a block over where it is one of the ids.
  void see(const RawBlock& block);
  [[nodiscard]] const std::byte* bytes() const { return bytes_.data(); }

 private:
  const Shard& shard_;
  const IdFormat& format_;
  std::int64_t first_ = 0;
  std::vector<std::byte> bytes_;
};

/// Writes the ids of this rank's rows to a dataset of the format's type, window after window: none is held.
/// Collective. Throws a data or an environment error.
void write_ids(const comm::Communicator& world, const Shard& shard, const IdFormat& format, OutputFile& file,
               const std::string& name);

}  // namespace psychograph::io
