// CSV records to typed columns: after the first look (csv_look.hpp) all ranks agree on the types, and a
// second pass writes. Neither holds more than a block of rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_range.hpp"
#include "io/csv_guess.hpp"
#include "io/csv_look.hpp"
#include "io/csv_part.hpp"
#include "io/csv_table.hpp"
#include "io/output_file.hpp"

namespace psychograph::io {

/// The table as it will be stored, the same on every rank but for `rows`.
struct ImportedTable {
  std::vector<ImportedColumn> columns;
  std::int64_t total_rows = 0;
  core::RowRange rows;               ///< the global rows of this rank: those of its parts, in order
  std::vector<std::string> notices;  ///< what a user should know of
};

/// Reads this rank's parts once and agrees with all ranks on types and rows. Collective. Throws a data error
/// (see `look_at_cells`; no rows at all; a cell that is bad where it may not be) or an environment error.
ImportedTable infer_columns(const comm::Communicator& world, const CsvTable& table,
                            std::span<const CsvPart> parts, const MissingWords& missing,
                            OnBadCell on_bad_cell, const CsvProgress& progress);

/// Reads the parts again and writes every column as a dataset of `group`: int64, double (NaN where missing),
/// or fixed-length UTF-8 (empty where missing). Collective. Throws as `infer_columns` does, and a data
/// error where the files are no longer what they were.
void write_columns(const comm::Communicator& world, const CsvTable& table, std::span<const CsvPart> parts,
                   const MissingWords& missing, const ImportedTable& columns, OutputFile& output,
                   const std::string& group, const CsvProgress& progress);

}  // namespace psychograph::io
