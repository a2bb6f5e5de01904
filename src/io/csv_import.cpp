#include "io/csv_import.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/csv_judgement.hpp"
#include "io/csv_part_records.hpp"
#include "io/csv_store.hpp"

namespace psychograph::io {
namespace {

/// What a block of rows may take in memory, all columns together.
constexpr std::size_t block_bytes = std::size_t{64} << 20;
std::string files_name(const CsvTable& table) {
  const auto& first = table.files.front().path;
  return table.files.size() == 1 ? first : fmt::format("{} and {} more", first, table.files.size() - 1);
}

/// Each rank for itself: one may see a change that others don't see yet.
void require_unchanged(const comm::Communicator& world, const CsvTable& table) {
  comm::run_on_all_ranks(world, [&] {
    for (const auto& file : table.files) {
      if (file_state(file.bytes) != file.state)
        throw core::data_error(fmt::format("{}: changed while it was read", file.path));
    }
  });
}

/// The cells of some columns as they stand in the files: of those that turned out to be text where the look
/// had taken some of their cells for numbers.
class TextsAgain {
 public:
  TextsAgain(const CsvTable& table, std::span<const CsvPart> parts, std::vector<std::size_t> columns)
      : table_(table), records_(table, parts), columns_(std::move(columns)) {}

  /// Those of the next row, into row `row` of the blocks.
  void store_next(std::size_t row, const CellRules& rules, const ImportedTable& found,
                  std::vector<std::vector<std::byte>>& blocks) {
    if (columns_.empty()) return;
    if (!records_.next())
      throw core::data_error(fmt::format("{}: changed while it was read", files_name(table_)));
    for (const auto c : columns_) {
      const auto& column = found.columns[c];
      const auto field = records_.cell(c);
      if (field.length() > column.length) throw records_.fault(c, "changed while it was read");
      store_cell(field, column, rules, blocks[c].data() + row * stored_bytes(column));
    }
  }

 private:
  const CsvTable& table_;
  PartRecords records_;
  std::vector<std::size_t> columns_;
};

/// The rows of this rank as they are stored, a block after the other.
class BlockReader {
 public:
  BlockReader(const CsvTable& table, std::span<const CsvPart> parts, const CellRules& rules,
              CsvHandOver& hand_over, const ImportedTable& found, std::int64_t rows)
      : rules_(rules), hand_over_(hand_over), found_(found), again_(table, parts, found.lost_text) {
    for (const auto& column : found.columns)
      blocks_.emplace_back(static_cast<std::size_t>(rows) * stored_bytes(column));
  }

  void read(std::size_t rows) {
    for (std::size_t row = 0; row < rows;) {
      if (used_ == ready_) {
        stretches_ = hand_over_.take(blocks_.size());
        ready_ = stretches_.front().rows;
        used_ = 0;
      }
      const auto count = std::min(rows - row, ready_ - used_);
      for (std::size_t c = 0; c < blocks_.size(); ++c) {
        const auto& column = found_.columns[c];
        store(take_rows(stretches_[c], count), column, rules_,
              blocks_[c].data() + row * stored_bytes(column));
      }
      for (std::size_t i = 0; i < count; ++i) again_.store_next(row + i, rules_, found_, blocks_);
      used_ += count;
      row += count;
    }
  }
  [[nodiscard]] const void* block(std::size_t column) const { return blocks_[column].data(); }

 private:
  const CellRules& rules_;
  CsvHandOver& hand_over_;
  const ImportedTable& found_;
  TextsAgain again_;
  std::vector<std::vector<std::byte>> blocks_;
  std::vector<CsvStretch> stretches_;
  std::size_t ready_ = 0;  ///< rows of the stretches
  std::size_t used_ = 0;   ///< of these
};

Handle stored_type(const ImportedColumn& column) {
  const auto integer = [&] {
    switch (column.type == CsvType::integer ? column.bytes : sizeof(std::int64_t)) {
      case 1:
        return H5T_NATIVE_INT8;
      case 2:
        return H5T_NATIVE_INT16;
      case 4:
        return H5T_NATIVE_INT32;
      default:
        return H5T_NATIVE_INT64;
    }
  };
  if (column.type == CsvType::text) return string_type(column.length);
  return type_handle(H5Tcopy(column.type == CsvType::floating ? H5T_NATIVE_DOUBLE : integer()));
}

void create(const ImportedColumn& column, const std::string& name, std::int64_t rows, OutputFile& output) {
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  output.create(name, stored_type(column).get(), {rows});
  if (column.type != CsvType::time) return;
  output.set_attribute(name, "units", core::time_units(column.unit));
  if (column.missing > 0) output.set_attribute(name, "_FillValue", lowest);
}

}  // namespace

ImportedTable infer_columns(const comm::Communicator& world, const CsvTable& table,
                            std::span<const CsvPart> parts, const MissingWords& missing,
                            OnBadCell on_bad_cell, CsvHandOver& hand_over, const CsvProgress& progress) {
  const auto look = look_at_cells(world, table, parts, missing, hand_over, progress);
  require_unchanged(world, table);
  ImportedTable result;
  result.total_rows = comm::sum_over_ranks(world, look.local_rows);
  const auto first = comm::sum_over_lower_ranks(world, look.local_rows);
  result.rows = {first, first + look.local_rows};
  if (result.total_rows == 0) {
    throw core::data_error(fmt::format("{}: no rows below the header", files_name(table)));
  }
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto& guess = look.guesses[c];
    result.columns.push_back(c == table.id
                                 ? settle_id(table.columns[c], guess, table.asked[c], look.canonical_ids)
                                 : settle(table.columns[c], guess, table.asked[c], on_bad_cell));
  }
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (result.columns[c].type == CsvType::text && look.lost_text[c]) result.lost_text.push_back(c);
  }
  result.notices = judge_columns(world, table, parts, look, result.columns, on_bad_cell);
  return result;
}

void write_columns(const comm::Communicator& world, const CsvTable& table, std::span<const CsvPart> parts,
                   const MissingWords& missing, CsvHandOver& hand_over, const ImportedTable& columns,
                   OutputFile& output, const std::string& group, const CsvProgress& progress) {
  std::size_t row_bytes = 0;
  for (const auto& column : columns.columns) {
    create(column, group + "/" + column.name, columns.total_rows, output);
    row_bytes += stored_bytes(column);
  }
  const auto most_rows = comm::max_over_ranks(world, columns.rows.size());
  const auto block_rows =
      std::clamp(static_cast<std::int64_t>(block_bytes / row_bytes), std::int64_t{1}, most_rows);
  const CellRules rules{missing, table.decimal};
  const auto reader = comm::run_on_all_ranks(world, [&] {
    return std::make_unique<BlockReader>(table, parts, rules, hand_over, columns, block_rows);
  });
  // Writing is collective: a rank that has run out of rows goes along with none.
  for (std::int64_t done = 0; done < most_rows; done += block_rows) {
    const auto rows = std::clamp(columns.rows.size() - done, std::int64_t{0}, block_rows);
    comm::run_on_all_ranks(world, [&] { reader->read(static_cast<std::size_t>(rows)); });
    for (std::size_t c = 0; c < columns.columns.size(); ++c) {
      const auto first = std::min(columns.rows.begin + done, columns.rows.end);
      output.write_block(group + "/" + columns.columns[c].name, first, rows, reader->block(c));
    }
    progress(static_cast<double>(std::min(done + block_rows, most_rows)) / static_cast<double>(most_rows));
  }
  if (comm::max_over_ranks(world, static_cast<std::int64_t>(columns.lost_text.size())) > 0)
    require_unchanged(world, table);
}

}  // namespace psychograph::io
