// The customers' records of all parts of a rank, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

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

  /// Moves to the next record; false where there is none. Throws as `CsvRecords::next` does.
  bool next();

  /// Cell of the table's column `column`.
  [[nodiscard]] const CsvField& cell(std::size_t column) const {
    return records_->fields()[file_->fields[column]];
  }
  [[nodiscard]] CellPlace place(std::size_t column) const { return place_of_field(file_->fields[column]); }
  [[nodiscard]] core::Error fault(std::size_t column, const std::string& what) const {
    return records_->fault(file_->fields[column], what);
  }
  /// The share of the rank's bytes that has gone by.
  [[nodiscard]] double share() const;

  [[nodiscard]] std::int64_t bare_records() const { return bare_records_; }
  [[nodiscard]] CellPlace first_bare_record() const { return first_bare_record_; }

 private:
  [[nodiscard]] CellPlace place_of_field(std::size_t field) const {
    return {index_ - 1, records_->place(field), record_};
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
  std::int64_t record_ = -1;  ///< of the part
  std::int64_t bare_records_ = 0;
  CellPlace first_bare_record_;
};

}  // namespace psychograph::io
