#include "io/csv_dialect.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/csv_cell.hpp"
#include "io/csv_record.hpp"

namespace psychograph::io {
namespace {

constexpr std::array candidates{',', ';', '\t', '|'};
constexpr std::array rare_delimiters{' ', ':',    '^',
                                     '~', '\x01', '\x1f'};  // none is one unless it is said to be
constexpr std::size_t most_records = 1000;

/// Calls `see(fields)` for each whole record of the sample, the header first, while it returns true; false
/// where a quote is out of place, or `see` has said so.
template <class See>
bool for_each_record(const CsvSample& sample, const CsvDelimiter& delimiter, See see) {
  std::vector<CsvField> fields;
  const char* p = sample.text.data();
  const char* end = p + sample.text.size();
  for (std::size_t record = 0; record < most_records && p != end; ++record) {
    const auto parse = parse_csv_record(p, end, sample.whole, fields, delimiter);
    if (parse.end == CsvEnd::cut_off) return true;
    if (parse.end != CsvEnd::record || !see(fields)) return false;
    p = parse.place;
  }
  return true;
}

/// How many fields every record has; 0 where they differ, or there is no whole record.
std::size_t common_width(const CsvSample& sample, char delimiter) {
  std::size_t width = 0;
  bool ended = false;
  const bool same = for_each_record(sample, CsvDelimiter(delimiter), [&](const auto& fields) {
    if (fields.size() == 1 && fields.front().size == 0 && width > 0) return ended = true;  // blank lines
    if (width == 0) width = fields.size();
    return fields.size() == width && !ended;
  });
  return same ? width : 0;
}

std::vector<std::string> header_of(const CsvSample& sample, const CsvDelimiter& delimiter) {
  std::vector<std::string> header;
  for_each_record(sample, delimiter, [&](const auto& fields) {
    for (const auto& field : fields) header.push_back(field.text());
    return false;
  });
  return header;
}

/// Whether most records have as many fields as the header, and that has more than `least`.
bool splits_most(const CsvSample& sample, char delimiter, std::size_t least) {
  std::size_t width = 0;
  std::size_t same = 0;
  std::size_t records = 0;
  for_each_record(sample, CsvDelimiter(delimiter), [&](const auto& fields) {
    if (width == 0) width = fields.size();
    ++records;
    same += fields.size() == width ? 1 : 0;
    return width > least;
  });
  return width > least && records > 1 && 2 * same > records;
}

[[noreturn]] void fail_uncertain(const std::string& path, char first, char second) {
  throw core::data_error(fmt::format(
      "{}: fields may be separated by \"{}\" or by \"{}\": say which, with --delimiter '{}' or "
      "--delimiter '{}'",
      path, delimiter_name(first), delimiter_name(second), delimiter_name(first), delimiter_name(second)));
}

[[noreturn]] void fail_one_column(const std::string& path, const std::string& header, char delimiter) {
  throw core::data_error(
      fmt::format("{}: the header is one column, \"{}\": if fields are separated by \"{}\", say --delimiter "
                  "'{}'; if not, --delimiter ,",
                  path, header, delimiter_name(delimiter), delimiter_name(delimiter)));
}

/// Digits, perhaps with a sign, and so many commas between them; -1 where it is anything else.
int commas_between_digits(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front()) || !is_digit(text.back())) return -1;
  int commas = 0;
  for (const char c : text) {
    if (c == ',') ++commas;
    if (c != ',' && !is_digit(c)) return -1;
  }
  return commas;
}

/// Whether what `sign` separates in a number may be thousands: "1,234", "12.500", but not "0,125".
bool may_be_thousands(std::string_view number, char sign) {
  if (number.starts_with('-') || number.starts_with('+')) number.remove_prefix(1);
  const auto whole = number.substr(0, number.find(sign));
  return whole.size() <= 3 && whole.size() + 4 == number.size() && whole != "0";
}

/// What the sample shows of one column.
struct ColumnSigns {
  std::string comma_cell;    ///< the first with a comma that can't be the thousands'
  std::string point_cell;    ///< the first with a decimal point
  std::int64_t pointed = 0;  ///< cells with a decimal point
  bool thousands = true;     ///< whose points may all be the thousands'
  bool only_numbers = true;
};

}  // namespace

std::string delimiter_name(char delimiter) {
  if (delimiter == '\t') return "tab";
  return delimiter == ' ' ? "space" : std::string(1, delimiter);
}

std::optional<SepLine> sep_line(std::string_view text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() >= 2 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
  constexpr std::string_view name = "sep=";
  const bool holds = end != std::string_view::npos && line.size() == name.size() + 1 &&
                     (line.starts_with(name) || line.starts_with("SEP=") || line.starts_with("Sep="));
  if (!holds) return std::nullopt;
  return SepLine{line.back(), end + 1};
}

char find_delimiter(const CsvSample& sample, const std::string& path) {
  std::vector<char> possible;
  for (const char delimiter : candidates) {
    if (common_width(sample, delimiter) > 1) possible.push_back(delimiter);
  }
  if (possible.size() > 1) fail_uncertain(path, possible[0], possible[1]);
  if (possible.size() == 1) {
    // One short record, as spreadsheets write them, must not hand the file to another sign.
    const auto width = common_width(sample, possible.front());
    for (const char delimiter : candidates) {
      if (delimiter != possible.front() && splits_most(sample, delimiter, width))
        fail_uncertain(path, possible.front(), delimiter);
    }
    return possible.front();
  }
  const auto header = header_of(sample, comma);
  if (header.size() != 1) return ',';
  for (const char delimiter : candidates) {
    if (header.front().find(delimiter) != std::string::npos && delimiter != ',')
      fail_one_column(path, header.front(), delimiter);
  }
  for (const char delimiter : rare_delimiters) {
    if (common_width(sample, delimiter) > 1) fail_one_column(path, header.front(), delimiter);
  }
  return ',';
}

std::optional<char> better_delimiter(const CsvSample& sample, char said) {
  if (header_of(sample, CsvDelimiter(said)).size() != 1) return std::nullopt;
  for (const char delimiter : candidates) {
    if (delimiter != said && common_width(sample, delimiter) > 1) return delimiter;
  }
  return std::nullopt;
}

DecimalSigns find_decimal_signs(const CsvSample& sample, char delimiter) {
  DecimalSigns signs;
  const CellRules rules;
  std::vector<ColumnSigns> columns;
  bool is_header = true;
  for_each_record(sample, CsvDelimiter(delimiter), [&](const auto& fields) {
    columns.resize(std::max(columns.size(), fields.size()));
    for (std::size_t c = 0; c < fields.size() && !is_header; ++c) {
      const auto text = trimmed(fields[c].raw());
      const auto kind = read_cell(text, rules).kind;
      const int commas = commas_between_digits(text);
      auto& column = columns[c];
      if (kind == CellKind::floating && text.find('.') != std::string_view::npos) {
        if (column.pointed++ == 0) column.point_cell = text;
        column.thousands = column.thousands && may_be_thousands(text, '.');
      }
      signs.lists |= commas > 1;
      if (commas == 1 && column.comma_cell.empty() && !may_be_thousands(text, ',')) column.comma_cell = text;
      if (kind == CellKind::text && commas != 1) column.only_numbers = false;
    }
    is_header = false;
    return true;
  });
  for (const auto& column : columns) {
    signs.points |= column.pointed > 0;
    if (delimiter == ',') continue;  // its numbers have points
    if (column.only_numbers && signs.comma_cell.empty()) signs.comma_cell = column.comma_cell;
    if (column.only_numbers && column.pointed > 0 && column.thousands && signs.thousands_cell.empty())
      signs.thousands_cell = column.point_cell;
  }
  return signs;
}

bool looks_like_values(const std::vector<std::string>& header) {
  constexpr std::int64_t first_year = 1900;
  constexpr std::int64_t last_year = 2100;
  const CellRules rules;
  for (const auto& name : header) {
    const auto cell = read_cell(name, rules);
    const bool is_number = cell.kind == CellKind::integer || cell.kind == CellKind::wide ||
                           cell.kind == CellKind::huge || cell.kind == CellKind::floating;
    if (!is_number || !is_digit(trimmed(name).back())) continue;  // "inf" is a name
    const bool is_year =
        cell.kind == CellKind::integer && cell.integer >= first_year && cell.integer <= last_year;
    if (!is_year || &name == &header.front()) return true;
  }
  return false;
}

}  // namespace psychograph::io
