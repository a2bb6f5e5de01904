// How a CSV file is written, judged by its first records: what separates fields, what the decimal sign is,
// and whether the first record names columns at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace psychograph::io {

/// The first bytes of a file, its header included.
struct CsvSample {
  std::string_view text;
  bool whole = false;  ///< the file ends with them
};

/// "," or ";", or "tab" and "space" for those that can't be seen.
std::string delimiter_name(char delimiter);

/// The delimiter that the line `sep=;` at the beginning names, as spreadsheets write it, and its bytes.
struct SepLine {
  char delimiter;
  std::size_t length;
};
std::optional<SepLine> sep_line(std::string_view text);

/// The one of , ; tab and | that splits all records of the sample into as many fields as the header, more
/// than one. The comma where none does. Throws a data error about `path` where several do, and where the
/// comma leaves a header of one field that holds another.
char find_delimiter(const CsvSample& sample, const std::string& path);

/// The decimal comma of a sample whose fields are separated otherwise, where a column of numbers has some and
/// nothing speaks against it.
struct DecimalSigns {
  std::string comma_cell;  ///< a cell with a decimal comma, in a column of such numbers; empty where none is
  bool points = false;     ///< cells with a decimal point
  bool lists = false;      ///< cells of several numbers with commas between them
};
DecimalSigns find_decimal_signs(const CsvSample& sample, char delimiter);

/// Whether the header is a record of values: numbers where names should be. Years in a row are names.
bool looks_like_values(const std::vector<std::string>& header);

}  // namespace psychograph::io
