// Two tables that know the same customers by their ids, in whatever order: a distributed hash join.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "comm/communicator.hpp"
#include "core/row_memory.hpp"
#include "io/id_slices.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// What `look_up` gives a row whose id the other table doesn't have.
inline constexpr std::int32_t absent = std::numeric_limits<std::int32_t>::min();

/// The columns of the table that is looked into.
struct LookUpTable {
  const Shard& shard;
  std::string id;
  std::string value;  ///< integers that fit into int32
};

template <class Value>
struct LookedUpAs {
  core::RowVector<Value>
      values;  ///< [local rows of the table that asks]; what stands for none where there is none
  std::int64_t repeated = 0;   ///< rows looked into whose id an earlier one has; passed over
  std::int64_t not_asked = 0;  ///< different ids looked into that no row asks for
};
using LookedUp = LookedUpAs<std::int32_t>;
using FoundRows = LookedUpAs<std::int64_t>;

/// What `look_up` holds of a row of each table, in row memory.
inline constexpr std::int64_t asking_row_bytes = 28;  ///< with the answer
inline constexpr std::int64_t known_row_bytes = 24;

/// For each local row of `shard`, what the row of `there` with the same id has; else `absent`. Ids are
/// compared by value: integers of any width, whole numbers among doubles, texts without their padding.
/// Neither table need be sorted, or fit on one rank: equal ids meet on one rank, a slice of all ids at a
/// time. Takes time in proportion to the rows, the bytes above, and some 100 for a row of the slice
/// (`rows_a_slice` of each table on each rank). Collective. Throws a data error where one table's ids are
/// texts and the other's numbers.
LookedUp look_up(const comm::Communicator& world, const Shard& shard, const std::string& id,
                 const LookUpTable& there, std::int64_t rows_a_slice = usual_rows_a_slice);

/// What `find_rows` gives a row whose id the other table doesn't have.
inline constexpr std::int64_t no_such_row = -1;
/// What it holds of a row that asks, in row memory, with the answer.
inline constexpr std::int64_t finding_row_bytes = 32;

/// The same, but of each row the global row of `there` that has its id in the column `there_id`; else
/// `no_such_row`. Collective. Throws as `look_up` does.
FoundRows find_rows(const comm::Communicator& world, const Shard& shard, const std::string& id,
                    const Shard& there, const std::string& there_id,
                    std::int64_t rows_a_slice = usual_rows_a_slice);

}  // namespace psychograph::io
