// Whole records of CSV bytes in memory, whose fields are found by what they end with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "io/csv_record.hpp"
#include "io/csv_scan.hpp"

namespace psychograph::io {

/// Records with as many fields each as the header has, and with quotes where RFC 4180 has them. It points
/// into the bytes.
class CsvBatch {
 public:
  /// Finds the leading records of `bytes` that are so, of those that begin before byte `limit`. `whole`: the
  /// file ends with the bytes, and the end closes a record as a newline would. True where the first record is
  /// not among them although it is whole, or no byte more would make it so: `parse_csv_record` then says what
  /// is wrong.
  bool find(std::string_view bytes, bool whole, std::size_t limit, char delimiter, std::size_t fields);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  /// Bytes of all records together.
  [[nodiscard]] std::size_t size() const;
  /// Where the bytes begin.
  [[nodiscard]] const char* data() const { return text_; }

  /// As `parse_csv_record` finds it.
  [[nodiscard]] CsvField field(std::size_t row, std::size_t field) const {
    const auto index = row * fields_ + field;
    const char* begin = index == 0 ? text_ : text_ + found_.ends[index - 1] + 1;
    const char* end = text_ + found_.ends[index];
    if (field + 1 == fields_ && end != begin && end[-1] == '\r') --end;
    if (found_.quotes == 0 || end == begin || *begin != '"')
      return {begin, static_cast<std::size_t>(end - begin), false};
    const auto inner = static_cast<std::size_t>(end - begin) - 2;
    return {begin + 1, inner, std::memchr(begin + 1, '"', inner) != nullptr};
  }

 private:
  [[nodiscard]] bool has_regular_quotes(std::size_t row) const;

  const char* text_ = nullptr;
  std::size_t fields_ = 0;
  std::size_t rows_ = 0;
  FieldEnds found_;
};

}  // namespace psychograph::io
