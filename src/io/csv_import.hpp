// CSV records to typed columns: they are parsed once, by the first look (csv_look.hpp), which hands over what
// it has made of the cells; then all ranks agree on the types, and what was handed over is written. Neither
// holds more than a block of rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_range.hpp"
#include "io/csv_guess.hpp"
#include "io/csv_hand_over.hpp"
#include "io/csv_look.hpp"
#include "io/csv_part.hpp"
#include "io/csv_table.hpp"
#include "io/output_file.hpp"

namespace psychograph::io {

/// The table as it will be stored, the same on every rank but for `rows`.
struct ImportedTable {
  std::vector<ImportedColumn> columns;
  std::int64_t total_rows = 0;
  core::RowRange rows;                 ///< the global rows of this rank: those of its parts, in order
  std::vector<std::size_t> lost_text;  ///< columns of text of which this rank has to read the cells again
  std::vector<std::string> notices;    ///< what a user should know of
};

/// Reads this rank's parts, hands their cells over, and agrees with all ranks on types and rows. Collective.
/// Throws a data error (see `look_at_cells`; no rows at all; a cell that is bad where it may not be) or an
/// environment error.
ImportedTable infer_columns(const comm::Communicator& world, const CsvTable& table,
                            std::span<const CsvPart> parts, const MissingWords& missing,
                            OnBadCell on_bad_cell, CsvHandOver& hand_over, const CsvProgress& progress);

/// Writes every column as a dataset of `group`: the narrowest signed integer; double (NaN where missing);
/// int64 with the attribute `units` for times (the lowest where missing); or fixed-length UTF-8 (empty where
/// missing). What was handed over is used up. Collective. Throws an environment error, and a data error where
/// files that have to be read again are no longer what they were.
void write_columns(const comm::Communicator& world, const CsvTable& table, std::span<const CsvPart> parts,
                   const MissingWords& missing, CsvHandOver& hand_over, const ImportedTable& columns,
                   OutputFile& output, const std::string& group, const CsvProgress& progress);

}  // namespace psychograph::io
