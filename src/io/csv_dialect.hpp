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
/// than one. The comma where none does. Throws a data error about `path` where several do, or another one
/// does with most records and more fields, and where the comma leaves a header of one field that holds
/// another, or a rarer sign that all records hold as often.
char find_delimiter(const CsvSample& sample, const std::string& path);

/// The delimiter that makes several columns of a sample of which `said` makes one; none where `said` may be
/// right.
std::optional<char> better_delimiter(const CsvSample& sample, char said);

/// What a sample shows of decimal signs. Commas are looked at where fields are separated otherwise.
struct DecimalSigns {
  std::string comma_cell;  ///< a cell whose comma is a decimal sign, in a column of such numbers; or empty
  std::string thousands_cell;  ///< a cell with a point, in a column where each may separate thousands
  bool points = false;         ///< cells with a decimal point
  bool lists = false;          ///< cells of several numbers with commas between them
};
DecimalSigns find_decimal_signs(const CsvSample& sample, char delimiter);

/// Whether the header is a record of values: numbers where names should be. Years in a row are names.
bool looks_like_values(const std::vector<std::string>& header);

}  // namespace psychograph::io
