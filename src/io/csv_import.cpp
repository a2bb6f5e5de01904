#include "io/csv_import.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/figure.hpp"
#include "io/csv_judgement.hpp"
#include "io/csv_part_records.hpp"

namespace psychograph::io {
namespace {

/// What a block of rows may take in memory, all columns together.
constexpr std::size_t block_bytes = std::size_t{64} << 20;
std::string files_name(const CsvTable& table) {
  const auto& first = table.files.front().path;
  return table.files.size() == 1 ? first : fmt::format("{} and {} more", first, table.files.size() - 1);
}

/// The cells of one column for a block of rows, as they are stored.
class ColumnBlock {
 public:
  ColumnBlock(const ImportedColumn& column, std::int64_t rows)
      : column_(column), bytes_(static_cast<std::size_t>(rows) * width(column)) {}

  static std::size_t width(const ImportedColumn& column) {
    return column.type == CsvType::text ? column.length : sizeof(double);
  }

  /// Stores `field` as row `row` of the block; false where it isn't what the first pass saw.
  bool store(std::size_t row, const CsvField& field, const CellRules& rules) {
    std::byte* out = bytes_.data() + row * width(column_);
    if (column_.type == CsvType::text) return store_text(out, field, rules.missing);
    const auto cell = read_cell(field.raw(), rules);
    const bool bad = is_bad(cell.kind, column_.whole);
    if (column_.type == CsvType::integer) {
      std::memcpy(out, &cell.integer, sizeof cell.integer);
      return !bad && cell.kind != CellKind::missing && cell.kind != CellKind::nan;
    }
    const bool is_missing = bad || cell.kind == CellKind::missing || cell.kind == CellKind::nan;
    const double number = is_missing ? core::not_a_number : cell.number;
    std::memcpy(out, &number, sizeof number);
    return !bad || column_.bad > 0;
  }
  [[nodiscard]] const void* data() const { return bytes_.data(); }

 private:
  bool store_text(std::byte* out, const CsvField& field, const MissingWords& missing) const {
    const std::size_t length = missing.contains(trimmed(field.raw())) ? 0 : field.length();
    if (length > column_.length) return false;
    if (length > 0) field.copy_to(reinterpret_cast<char*>(out));
    std::memset(out + length, 0, column_.length - length);
    return true;
  }

  const ImportedColumn& column_;
  std::vector<std::byte> bytes_;
};

/// Each rank for itself: one may see a change that others don't see yet.
void require_unchanged(const comm::Communicator& world, const CsvTable& table) {
  comm::run_on_all_ranks(world, [&] {
    for (const auto& file : table.files) {
      if (file_state(file.path) != file.state)
        throw core::data_error(fmt::format("{}: changed while it was read", file.path));
    }
  });
}

void fill(PartRecords& records, std::int64_t rows, const CellRules& rules, std::vector<ColumnBlock>& blocks,
          const CsvTable& table) {
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    if (!records.next()) {
      throw core::data_error(fmt::format("{}: changed while it was read", files_name(table)));
    }
    for (std::size_t c = 0; c < blocks.size(); ++c) {
      if (!blocks[c].store(row, records.cell(c), rules)) throw records.fault(c, "changed while it was read");
    }
  }
}

hid_t stored_type(const ImportedColumn& column, Handle& text_type) {
  if (column.type == CsvType::integer) return native_type<std::int64_t>();
  if (column.type == CsvType::floating) return native_type<double>();
  text_type = string_type(column.length);
  return text_type.get();
}

}  // namespace

ImportedTable infer_columns(const comm::Communicator& world, const CsvTable& table,
                            std::span<const CsvPart> parts, const MissingWords& missing,
                            OnBadCell on_bad_cell, const CsvProgress& progress) {
  const auto look = look_at_cells(world, table, parts, missing, progress);
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
  result.notices = judge_columns(world, table, parts, look, result.columns, on_bad_cell);
  return result;
}

void write_columns(const comm::Communicator& world, const CsvTable& table, std::span<const CsvPart> parts,
                   const MissingWords& missing, const ImportedTable& columns, OutputFile& output,
                   const std::string& group, const CsvProgress& progress) {
  std::size_t row_bytes = 0;
  for (const auto& column : columns.columns) {
    Handle text_type;
    output.create(group + "/" + column.name, stored_type(column, text_type), {columns.total_rows});
    row_bytes += ColumnBlock::width(column);
  }
  const auto most_rows = comm::max_over_ranks(world, columns.rows.size());
  const auto block_rows =
      std::clamp(static_cast<std::int64_t>(block_bytes / row_bytes), std::int64_t{1}, most_rows);
  const CellRules rules{missing, table.decimal};
  PartRecords records(table, parts);
  auto blocks = comm::run_on_all_ranks(world, [&] {
    std::vector<ColumnBlock> made;
    for (const auto& column : columns.columns) made.emplace_back(column, block_rows);
    return made;
  });
  // Writing is collective: a rank that has run out of rows goes along with none.
  for (std::int64_t done = 0; done < most_rows; done += block_rows) {
    const auto rows = std::clamp(columns.rows.size() - done, std::int64_t{0}, block_rows);
    comm::run_on_all_ranks(world, [&] { fill(records, rows, rules, blocks, table); });
    for (std::size_t c = 0; c < blocks.size(); ++c) {
      const auto first = std::min(columns.rows.begin + done, columns.rows.end);
      output.write_block(group + "/" + columns.columns[c].name, first, rows, blocks[c].data());
    }
    progress(static_cast<double>(std::min(done + block_rows, most_rows)) / static_cast<double>(most_rows));
  }
  require_unchanged(world, table);
}

}  // namespace psychograph::io
