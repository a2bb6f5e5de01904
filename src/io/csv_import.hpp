// CSV records to typed columns: a first pass in which all ranks agree on the types, and a second one that
// writes. Neither holds more than a block of rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/row_range.hpp"
#include "io/csv_cell.hpp"
#include "io/csv_part.hpp"
#include "io/csv_table.hpp"
#include "io/output_file.hpp"

namespace psychograph::io {

struct ImportedColumn {
  std::string name;
  CsvType type = CsvType::floating;
  std::int64_t missing = 0;  ///< over all rows
  std::size_t length = 0;    ///< of a text column: the bytes of the longest cell, 1 at least
  friend bool operator==(const ImportedColumn&, const ImportedColumn&) = default;
};

/// The table as it will be stored, the same on every rank but for `rows`.
struct ImportedTable {
  std::vector<ImportedColumn> columns;
  std::int64_t total_rows = 0;
  core::RowRange rows;  ///< the global rows of this rank: those of its parts, in order
};

/// Hears now and then which share of a pass this rank has done, from 0 to 1. Local.
using CsvProgress = std::function<void(double)>;

/// Reads this rank's parts once and agrees with all ranks on types and rows. Collective. Throws a data error
/// (see `CsvRecords`; text that isn't UTF-8; no rows at all) or an environment error.
ImportedTable infer_columns(const comm::Communicator& world, const CsvTable& table,
                            std::span<const CsvPart> parts, const MissingWords& missing,
                            const CsvProgress& progress);

/// Reads the parts again and writes every column as a dataset of `group`: int64, double (NaN where missing),
/// or fixed-length UTF-8 (empty where missing). Collective. Throws as `infer_columns` does, and a data
/// error where the files are no longer what they were.
void write_columns(const comm::Communicator& world, const CsvTable& table, std::span<const CsvPart> parts,
                   const MissingWords& missing, const ImportedTable& columns, OutputFile& output,
                   const std::string& group, const CsvProgress& progress);

}  // namespace psychograph::io
