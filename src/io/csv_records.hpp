// The records of one part of a CSV file, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "io/csv_batch.hpp"
#include "io/csv_part.hpp"
#include "io/csv_record.hpp"
#include "io/csv_table.hpp"
#include "io/csv_window.hpp"

namespace psychograph::io {

class CsvRecords {
 public:
  /// A record may be as long as this; a quote that is never closed would else take in the whole file.
  static constexpr std::size_t longest_record = std::size_t{64} << 20;

  /// Moves to the first record that begins in `part`. `file` must outlive this. Throws an environment error.
  CsvRecords(const CsvFile& file, const CsvPart& part, std::size_t window_bytes = CsvWindow::usual_bytes);

  /// Moves to the next records that begin in the part, as many as lie in memory; false where there are none.
  /// Throws a data error that names file, line and column (a quote out of place, too few or too many fields)
  /// where the first of them is wrong.
  bool next_batch();
  /// They, until `next_batch` or `next` is called again.
  [[nodiscard]] const CsvBatch& batch() const { return batch_; }

  /// Moves to the next record; false where there is none. Throws as `next_batch` does.
  bool next();
  /// The fields of the current record, until `next` is called again; as many as the header has.
  [[nodiscard]] std::span<const CsvField> fields() const { return fields_; }
  /// Where the next batch begins, as a byte of the file.
  [[nodiscard]] std::int64_t offset() const { return window_.offset(); }

  /// Where a field of the batch begins, as a byte of the file.
  [[nodiscard]] std::int64_t place(const CsvField& field) const {
    return batch_offset_ + (field.data - batch_.data());
  }
  /// Whether a record of the batch is delimiters alone, as spreadsheets leave them below a table.
  [[nodiscard]] bool is_bare(std::size_t row) const {
    const auto first = batch_.field(row, 0).raw();
    return (first.empty() || first.front() == ' ' || first.front() == '\t') && is_empty(row);
  }

  /// The data error for something wrong with a field of the batch, which is number `field` of its record:
  /// file, line, column, `what`.
  [[nodiscard]] core::Error fault(const CsvField& at, std::size_t field, const std::string& what) const;

 private:
  void skip_to_first_record();
  [[nodiscard]] bool is_empty(std::size_t row) const;
  [[noreturn]] void fail_record();
  [[noreturn]] void fail_width();
  [[nodiscard]] std::string width_hint() const;
  [[nodiscard]] core::Error parse_fault(const CsvParse& parse, const char* begin) const;
  [[nodiscard]] core::Error error_at(std::int64_t offset, std::size_t field, const std::string& what) const;

  const CsvFile& file_;
  CsvDelimiter delimiter_;
  CsvPart part_;
  CsvWindow window_;
  CsvBatch batch_;
  std::int64_t batch_offset_ = 0;
  std::size_t row_ = 0;  ///< of the batch: the one that `next` gives next
  std::vector<CsvField> fields_;
};

/// The physical line of a byte of `part`, or of its last record. Local. Throws an environment error.
std::int64_t line_of(const CsvFile& file, const CsvPart& part, std::int64_t offset);

}  // namespace psychograph::io
