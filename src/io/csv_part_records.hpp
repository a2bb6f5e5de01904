// The customers' records of all parts of a rank, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "io/csv_part.hpp"
#include "io/csv_records.hpp"
#include "io/csv_table.hpp"

namespace psychograph::io {

/// Where a cell begins: a byte of one of a rank's parts.
struct CellPlace {
  std::size_t part = 0;  ///< index into the rank's parts
  std::int64_t offset = 0;
  std::int64_t record = 0;  ///< which of the part's
};

/// Records that are delimiters alone are passed over, and counted: they are no customers.
class PartRecords {
 public:
  /// Both must outlive this.
  PartRecords(const CsvTable& table, std::span<const CsvPart> parts);

  /// Moves to the next records, as many as lie in memory; false where there are none. Throws as
  /// `CsvRecords::next_batch` does.
  bool next_batch();
  /// How many customers' records these are.
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  /// Cell of the table's column `column` in the batch's record `row`; it stays in place until the next batch.
  [[nodiscard]] CsvField cell(std::size_t row, std::size_t column) const {
    return records_->batch().field(rows_[row], file_->fields[column]);
  }
  [[nodiscard]] CellPlace place(std::size_t row, std::size_t column) const {
    return place_of(row, cell(row, column));
  }
  [[nodiscard]] core::Error fault(std::size_t row, std::size_t column, const std::string& what) const {
    return records_->fault(cell(row, column), file_->fields[column], what);
  }

  /// Moves to the next record; false where there is none. Throws as `next_batch` does.
  bool next();
  /// Of that record.
  [[nodiscard]] CsvField cell(std::size_t column) const { return cell(row_, column); }
  [[nodiscard]] CellPlace place(std::size_t column) const { return place(row_, column); }
  [[nodiscard]] core::Error fault(std::size_t column, const std::string& what) const {
    return fault(row_, column, what);
  }
  /// The share of the rank's bytes that has gone by.
  [[nodiscard]] double share() const;

  [[nodiscard]] std::int64_t bare_records() const { return bare_records_; }
  [[nodiscard]] CellPlace first_bare_record() const { return first_bare_record_; }

 private:
  [[nodiscard]] CellPlace place_of(std::size_t row, const CsvField& field) const {
    return {index_ - 1, records_->place(field), first_record_ + static_cast<std::int64_t>(row)};
  }

  const CsvTable& table_;
  std::span<const CsvPart> parts_;
  std::size_t index_ = 0;
  const CsvFile* file_ = nullptr;
  std::unique_ptr<CsvRecords> records_;
  std::int64_t bytes_ = 0;
  std::int64_t done_before_ = 0;
  std::int64_t part_size_ = 0;
  std::int64_t part_begin_ = 0;
  std::vector<std::uint32_t> rows_;  ///< the batch's records that are customers'
  std::size_t row_ = 0;              ///< of these: the current one
  std::int64_t first_record_ = 0;    ///< which of the part's customers' records the first of them is
  std::int64_t bare_records_ = 0;
  CellPlace first_bare_record_;
};

}  // namespace psychograph::io
