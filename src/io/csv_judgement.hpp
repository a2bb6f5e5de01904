// What there is to say of the columns of a CSV table: cells that spoil a column of numbers, with their places
// and what to do.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/csv_look.hpp"

namespace psychograph::io {

/// Notices for the user, in the order of the columns. Collective. Throws a data error for a cell that is bad
/// where it may not be: in a column that is asked to be of numbers, or where `on_bad_cell` is `fail`.
std::vector<std::string> judge_columns(const comm::Communicator& world, const CsvTable& table,
                                       std::span<const CsvPart> parts, const CsvLook& look,
                                       const std::vector<ImportedColumn>& columns, OnBadCell on_bad_cell);

}  // namespace psychograph::io
