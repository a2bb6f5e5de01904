// Columns of a table that go into another file as they are, rows in their order.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// Writes the columns below `group`: numbers in their own type (int64 or double where files differ), texts as
/// long as the longest, enumerations and coded columns as codes with their categories. What the files mark
/// as missing, and the units of times, go with them. Windows of rows; none is held. Collective. Throws data
/// and environment errors.
void carry_columns(const comm::Communicator& world, const Shard& shard,
                   const std::vector<std::size_t>& columns, OutputFile& file, const std::string& group);

/// What the attribute `units` of a column says in each file of the table; empty where there is none. Local.
std::vector<std::string> units_of(const Table& table, const std::string& column);

}  // namespace psychograph::io
