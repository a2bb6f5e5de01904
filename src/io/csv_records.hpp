// The records of one part of a CSV file, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
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

  /// Moves to the next record that begins in the part; false where there is none. Throws a data error that
  /// names file, line and column (a quote out of place, too few or too many fields).
  bool next();

  /// The fields of the current record, until `next` is called again; as many as the header has.
  [[nodiscard]] std::span<const CsvField> fields() const { return fields_; }
  /// Where the next record begins, as a byte of the file.
  [[nodiscard]] std::int64_t offset() const { return window_.offset(); }

  /// Where a field of the current record begins, as a byte of the file.
  [[nodiscard]] std::int64_t place(std::size_t field) const {
    return record_offset_ + (fields_[field].data - record_);
  }
  /// Whether the current record is delimiters alone, as spreadsheets leave them below a table.
  [[nodiscard]] bool is_bare() const {
    const auto first = fields_.front().raw();
    return (first.empty() || first.front() == ' ' || first.front() == '\t') && is_empty();
  }

  /// The data error for something wrong with a field of the current record: file, line, column, `what`.
  [[nodiscard]] core::Error fault(std::size_t field, const std::string& what) const;

 private:
  void skip_to_first_record();
  [[nodiscard]] bool is_empty() const;
  void check_width();
  [[nodiscard]] std::string width_hint() const;
  [[nodiscard]] core::Error parse_fault(const CsvParse& parse, const char* begin) const;
  [[nodiscard]] core::Error error_at(std::int64_t offset, std::size_t field, const std::string& what) const;

  const CsvFile& file_;
  CsvDelimiter delimiter_;
  CsvPart part_;
  CsvWindow window_;
  std::vector<CsvField> fields_;
  const char* record_ = nullptr;
  std::int64_t record_offset_ = 0;
};

/// The physical line of a byte of `part`, or of its last record. Local. Throws an environment error.
std::int64_t line_of(const CsvFile& file, const CsvPart& part, std::int64_t offset);

}  // namespace psychograph::io
