// One more column in the files of a customer table. HDF5 has no journal, so a file is never changed in place:
// a copy gets the column, is flushed to disk and takes the file's name. Killed at any moment, each file is
// wholly as it was or wholly new.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/communicator.hpp"
#include "core/row_range.hpp"
#include "io/disk_space.hpp"
#include "io/table.hpp"
#include "io/written_column.hpp"

namespace psychograph::io {

/// A file of the table, as it was when the plan was made.
struct WriteBackFile {
  std::string path;   ///< as the user names it
  std::string place;  ///< where links have led: what is replaced
  core::RowRange rows;
  std::int64_t bytes = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t changed = 0;  ///< nanoseconds since 1970
  std::int64_t names = 1;    ///< hard links
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& path& place& rows.begin& rows.end& bytes& device& inode& changed& names;
  }
};

struct WriteBackPlan {
  std::string table;
  std::string column;
  std::vector<WriteBackFile> files;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& table& column& files;
  }
};

/// Finds out, before the long work, whether `column` can be written into every file of `table`, whose columns
/// number `used` the segments are made of; removes what killed runs have left beside the files. Collective:
/// rank 0 looks. Throws a usage error (no columns of their own, a column that is used or is somebody else's,
/// one file under two names) or an environment error (no permission, another owner).
WriteBackPlan plan_write_back(const comm::Communicator& world, const Table& table, const std::string& column,
                              std::span<const std::size_t> used);

/// What the copies take, for `require_space`: of several files that lie in one file system, as many as are
/// copied at a time by `ranks` ranks. Local; rank 0 alone, since it looks at the files.
std::vector<SpaceDemand> write_back_space(const WriteBackPlan& plan, int ranks);

/// Called on rank 0 with the share of its files that is written, 0 to 1.
using WriteBackProgress = std::function<void(double)>;

/// Writes the column, file by file: each by the first rank that has rows of it, which gets the others' block
/// by block. `values` are those of this rank's rows, from global row `first_row` on; ranks hold rows in their
/// order. Collective. Throws a data error for a file that has changed since the plan was made, and an
/// environment error (full disk, no permission); files that were written before stay written.
void write_back(const comm::Communicator& world, const WriteBackPlan& plan, std::int64_t first_row,
                std::span<const std::int32_t> values, const ColumnOrigin& origin,
                const WriteBackProgress& progress);

}  // namespace psychograph::io
