// The customers' ids: unique over all ranks, and written back in the type they came in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/hdf5.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// The ids of this rank's rows, as they are written: numbers of the input's type (int64 or double where files
/// differ), or fixed-length UTF-8 of the longest over all ranks.
struct Ids {
  Handle type;                       ///< HDF5 type
  core::RowVector<std::byte> bytes;  ///< local rows * size of the type
};

/// Without a column, the id is the global row number. Collective. Throws a data error for a column that can't
/// be an id.
Ids read_ids(const comm::Communicator& world, const Shard& shard, const std::optional<std::string>& column);

/// Throws a data error that names a repeated id and its first two rows. In a fixed amount of memory beside 16
/// bytes a customer. Collective.
void require_unique_ids(const comm::Communicator& world, const Shard& shard, const std::string& column);

}  // namespace psychograph::io
