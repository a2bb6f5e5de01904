#include "io/csv_import.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/csv_records.hpp"

namespace psychograph::io {
namespace {

/// What a block of rows may take in memory, all columns together.
constexpr std::size_t block_bytes = std::size_t{64} << 20;
constexpr std::int64_t rows_between_progress = 1 << 16;

std::string files_name(const CsvTable& table) {
  const auto& first = table.files.front().path;
  return table.files.size() == 1 ? first : fmt::format("{} and {} more", first, table.files.size() - 1);
}

/// The records of all parts of a rank, one after the other.
class PartRecords {
 public:
  PartRecords(const CsvTable& table, std::span<const CsvPart> parts) : table_(table), parts_(parts) {
    for (const auto& part : parts) bytes_ += part.end - part.begin;
  }

  bool next() {
    for (;; records_.reset()) {
      if (!records_) {
        if (index_ == parts_.size()) return false;
        const auto& part = parts_[index_++];
        file_ = &table_.files[part.file];
        done_before_ += part_size_;
        part_size_ = part.end - part.begin;
        part_begin_ = part.begin;
        records_ = std::make_unique<CsvRecords>(*file_, part);
      }
      if (records_->next()) return true;
    }
  }
  [[nodiscard]] const CsvField& cell(std::size_t column) const {
    return records_->fields()[file_->fields[column]];
  }
  [[nodiscard]] core::Error fault(std::size_t column, const std::string& what) const {
    return records_->fault(file_->fields[column], what);
  }
  /// The share of the rank's bytes that has gone by.
  [[nodiscard]] double share() const {
    const auto within = std::min(part_size_, records_->offset() - part_begin_);
    return static_cast<double>(done_before_ + within) / static_cast<double>(bytes_);
  }

 private:
  const CsvTable& table_;
  std::span<const CsvPart> parts_;
  std::size_t index_ = 0;
  const CsvFile* file_ = nullptr;
  std::unique_ptr<CsvRecords> records_;
  std::int64_t bytes_ = 0;
  std::int64_t done_before_ = 0;
  std::int64_t part_size_ = 0;
  std::int64_t part_begin_ = 0;
};

/// Looks at every cell of this rank's parts; returns the number of rows.
std::int64_t guess_local(const CsvTable& table, std::span<const CsvPart> parts, const MissingWords& missing,
                         const CsvProgress& progress, std::vector<ColumnGuess>& guesses) {
  std::int64_t rows = 0;
  for (PartRecords records(table, parts); records.next();) {
    for (std::size_t c = 0; c < guesses.size(); ++c) {
      const auto& field = records.cell(c);
      const auto cell = read_cell(field.raw(), missing);
      if (cell.kind == CellKind::text && !is_storable_text(field.raw())) {
        throw records.fault(c, "is not UTF-8 text (iconv converts, as in: iconv -f latin1 -t utf-8)");
      }
      guesses[c].see(cell, field.length());
    }
    if (++rows % rows_between_progress == 0) progress(records.share());
  }
  return rows;
}

void agree_on_guesses(const comm::Communicator& world, std::vector<ColumnGuess>& guesses) {
  std::vector<std::int64_t> flags;
  std::vector<std::int64_t> counts;
  for (auto& guess : guesses) {
    flags.insert(flags.end(), guess.flags().begin(), guess.flags().end());
    counts.insert(counts.end(), guess.counts().begin(), guess.counts().end());
  }
  comm::max_over_ranks(world, flags);
  comm::sum_over_ranks(world, counts);
  auto flag = flags.cbegin();
  auto count = counts.cbegin();
  for (auto& guess : guesses) {
    std::copy_n(flag, ColumnGuess::flag_count, guess.flags().begin());
    std::copy_n(count, ColumnGuess::count_count, guess.counts().begin());
    flag += ColumnGuess::flag_count;
    count += ColumnGuess::count_count;
  }
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
  bool store(std::size_t row, const CsvField& field, const MissingWords& missing) {
    std::byte* out = bytes_.data() + row * width(column_);
    if (column_.type == CsvType::text) return store_text(out, field, missing);
    const auto cell = read_cell(field.raw(), missing);
    if (column_.type == CsvType::integer) {
      std::memcpy(out, &cell.integer, sizeof cell.integer);
      return cell.kind == CellKind::integer;
    }
    const bool is_missing = cell.kind == CellKind::missing || cell.kind == CellKind::nan;
    const double number = is_missing ? std::numeric_limits<double>::quiet_NaN() : cell.number;
    std::memcpy(out, &number, sizeof number);
    return cell.kind != CellKind::text;
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

void fill(PartRecords& records, std::int64_t rows, const MissingWords& missing,
          std::vector<ColumnBlock>& blocks, const CsvTable& table) {
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    if (!records.next()) {
      throw core::data_error(fmt::format("{}: changed while it was read", files_name(table)));
    }
    for (std::size_t c = 0; c < blocks.size(); ++c) {
      if (!blocks[c].store(row, records.cell(c), missing))
        throw records.fault(c, "changed while it was read");
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
                            const CsvProgress& progress) {
  std::vector<ColumnGuess> guesses(table.columns.size());
  const auto local_rows =
      comm::run_on_all_ranks(world, [&] { return guess_local(table, parts, missing, progress, guesses); });
  agree_on_guesses(world, guesses);
  ImportedTable result;
  result.total_rows = comm::sum_over_ranks(world, local_rows);
  const auto first = comm::sum_over_lower_ranks(world, local_rows);
  result.rows = {first, first + local_rows};
  if (result.total_rows == 0) {
    throw core::data_error(fmt::format("{}: no rows below the header", files_name(table)));
  }
  for (std::size_t c = 0; c < guesses.size(); ++c) {
    const auto type = guesses[c].type();
    result.columns.push_back(
        {table.columns[c], type, guesses[c].missing(), type == CsvType::text ? guesses[c].longest() : 0});
  }
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
  PartRecords records(table, parts);
  auto blocks = comm::run_on_all_ranks(world, [&] {
    std::vector<ColumnBlock> made;
    for (const auto& column : columns.columns) made.emplace_back(column, block_rows);
    return made;
  });
  // Writing is collective: a rank that has run out of rows goes along with none.
  for (std::int64_t done = 0; done < most_rows; done += block_rows) {
    const auto rows = std::clamp(columns.rows.size() - done, std::int64_t{0}, block_rows);
    comm::run_on_all_ranks(world, [&] { fill(records, rows, missing, blocks, table); });
    for (std::size_t c = 0; c < blocks.size(); ++c) {
      const auto first = std::min(columns.rows.begin + done, columns.rows.end);
      output.write_block(group + "/" + columns.columns[c].name, first, rows, blocks[c].data());
    }
    progress(static_cast<double>(std::min(done + block_rows, most_rows)) / static_cast<double>(most_rows));
  }
}

}  // namespace psychograph::io
