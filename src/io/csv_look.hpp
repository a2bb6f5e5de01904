// The first look at the records of a CSV table: what every column's cells are, and where the first cell of
// each kind stands, for messages.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/csv_column_look.hpp"
#include "io/csv_guess.hpp"
#include "io/csv_hand_over.hpp"
#include "io/csv_part_records.hpp"

namespace psychograph::io {

/// Hears now and then which share of a pass this rank has done, from 0 to 1. Local.
using CsvProgress = std::function<void(double)>;

/// What was seen; the same on every rank but for `local_rows` and what is marked as this rank's.
struct CsvLook {
  std::vector<ColumnGuess> guesses;     ///< by column
  std::vector<FirstCells> firsts;       ///< this rank's, by column; of kinds that it met
  std::vector<ColumnGuess> local;       ///< this rank's
  bool canonical_ids = true;            ///< ids that are integers are written as integers are
  std::int64_t local_rows = 0;          ///< this rank's
  std::int64_t bare_records = 0;        ///< delimiters alone; no rows
  std::int64_t local_bare_records = 0;  ///< this rank's
  CellPlace first_bare_record;          ///< this rank's
  std::vector<bool> lost_text;  ///< this rank's, by column: the spool has values of which the text is gone
};

/// Looks at every cell, and hands them over. Collective. Throws a data error (see `CsvRecords`; text that
/// isn't UTF-8 or is longer than `longest_text_cell`; a missing id) or an environment error.
CsvLook look_at_cells(const comm::Communicator& world, const CsvTable& table, std::span<const CsvPart> parts,
                      const MissingWords& missing, CsvHandOver& hand_over, const CsvProgress& progress);

/// A cell that a message names.
struct NamedCell {
  std::string path;
  std::int64_t line = 0;
  std::string text;           ///< as it may be shown in a message
  bool first_record = false;  ///< it stands in the first record below its file's header
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& path& line& text& first_record;
  }
};

/// What cell is asked for: the first of `kinds` in `column`.
struct CellQuery {
  std::size_t column;
  std::vector<CellKind> kinds;
};

/// The first such cells of the table. Precondition: they exist. Collective. Throws an environment error.
std::vector<NamedCell> find_cells(const comm::Communicator& world, const CsvTable& table,
                                  std::span<const CsvPart> parts, const CsvLook& look,
                                  std::span<const CellQuery> queries);

/// The first record of delimiters alone. The same.
NamedCell find_bare_record(const comm::Communicator& world, const CsvTable& table,
                           std::span<const CsvPart> parts, const CsvLook& look);

}  // namespace psychograph::io
