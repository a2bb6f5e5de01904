// One CSV record (RFC 4180) of bytes in memory: its fields, where it ends, or what is wrong with it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace psychograph::io {

/// One field, without the quotes around it. It points into the bytes that were parsed.
struct CsvField {
  const char* data = nullptr;
  std::size_t size = 0;
  bool escaped = false;  ///< a doubled quote inside stands for one

  [[nodiscard]] std::string_view raw() const { return {data, size}; }
  /// The field's length once doubled quotes are single.
  [[nodiscard]] std::size_t length() const;
  /// Writes the `length()` bytes of the field to `out`.
  void copy_to(char* out) const;
  [[nodiscard]] std::string text() const;
};

/// What stands between two fields: a comma, or another ASCII character that is no quote and ends no line.
class CsvDelimiter {
 public:
  explicit constexpr CsvDelimiter(char character) : character_(character) {
    for (const char c : {character, '\n', '"'}) stops_[static_cast<unsigned char>(c)] = true;
  }
  [[nodiscard]] constexpr char character() const { return character_; }
  /// Whether a field without quotes ends before `c`, or can't hold it.
  [[nodiscard]] constexpr bool stops(char c) const { return stops_[static_cast<unsigned char>(c)]; }

 private:
  char character_;
  std::array<bool, 256> stops_{};
};

inline constexpr CsvDelimiter comma{','};

/// How parsing a record ended.
enum class CsvEnd {
  record,       ///< `place` is where the next record begins
  cut_off,      ///< the bytes end before the record does; `place` is the quote left open, or null
  unclosed,     ///< the last field's quote, at `place`, is never closed
  stray_quote,  ///< a quote at `place`, in a field that doesn't begin with one
  after_quote,  ///< something other than a delimiter or a line's end at `place`, after a closing quote
};

struct CsvParse {
  CsvEnd end;
  const char* place;
};

/// Parses the record that begins at `begin`. `whole` says that the file ends at `end`; the end then closes
/// the record as a newline would. `fields` is replaced by its fields (those before the fault, if there is
/// one). Lines end in LF or CRLF.
CsvParse parse_csv_record(const char* begin, const char* end, bool whole, std::vector<CsvField>& fields,
                          const CsvDelimiter& delimiter = comma);

/// Whether `bytes` is UTF-8 without a zero byte, and so can lie in an HDF5 string.
bool is_storable_text(std::string_view bytes);

}  // namespace psychograph::io
