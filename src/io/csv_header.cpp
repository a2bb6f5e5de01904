#include "io/csv_header.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/csv_record.hpp"
#include "io/csv_window.hpp"
#include "io/file_kind.hpp"

namespace psychograph::io {
namespace {

constexpr std::size_t longest_header = std::size_t{64} << 20;
constexpr std::size_t sample_bytes = std::size_t{256} << 10;
constexpr std::int64_t qualtrics_records = 3;  // names, question texts, import ids

std::string name_of(const std::string& cell, std::size_t field) {
  if (!cell.empty()) return cell;
  return field == 0 ? "row_name" : fmt::format("column_{}", field + 1);
}

/// What `file` has to say against its names.
void check_names(const CsvFile& file, std::int64_t line) {
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < file.header.size(); ++i) {
    const auto& name = file.header[i];
    const auto fault = [&](const std::string& what) {
      return core::data_error(fmt::format("{}: line {}, column \"{}\": {}", file.path, line, name, what));
    };
    if (!is_storable_text(name)) {
      const bool zero = name.find('\0') != std::string::npos;
      throw core::data_error(
          fmt::format("{}: line {}, column {}: the name {}", file.path, line, i + 1,
                      zero ? "holds a zero byte"
                           : "is not UTF-8 text (iconv converts, as in: iconv -f latin1 -t utf-8)"));
    }
    if (name.find('/') != std::string::npos || name == ".") {
      throw fault("HDF5 has no such names: give it one without a slash, and not a dot alone");
    }
    const auto [earlier, is_new] = seen.emplace(name, i);
    if (is_new) continue;
    const char* const hint = looks_like_values(file.header) ? "; does the file lack a header?" : "";
    throw fault(
        fmt::format("the name stands twice, over fields {} and {}{}", earlier->second + 1, i + 1, hint));
  }
}

/// Where the last byte lies that is no line end: blank lines there are not records.
std::int64_t end_of_data(const std::string& path, std::int64_t begin, std::int64_t end) {
  constexpr std::int64_t step = 4096;
  while (end > begin) {
    const std::int64_t from = std::max(begin, end - step);
    CsvWindow tail(path, from, end, static_cast<std::size_t>(step));
    while (!tail.whole()) tail.load();
    const auto last = tail.loaded().find_last_not_of("\r\n");
    if (last != std::string_view::npos) return from + static_cast<std::int64_t>(last) + 1;
    end = from;
  }
  return begin;
}

/// {"ImportId":"QID1"}
bool is_import_id(const CsvField& field) {
  const auto text = field.text();
  return text.starts_with('{') && text.find("ImportId") <= 2;
}

class HeaderReader {
 public:
  HeaderReader(const CsvSource& source, const FileState& state, const CsvFormat& format)
      : format_(format), window_(source.bytes, 0, -1, sample_bytes) {
    file_.path = source.name;
    file_.bytes = source.bytes;
    file_.state = state;
    while (window_.loaded().size() < sample_bytes && !window_.whole()) window_.load();
    check_kind();
    if (window_.loaded().starts_with("\xEF\xBB\xBF")) window_.consume(3);
    if (window_.loaded().empty()) throw fault("is empty: its first line must name the columns");
    check_line_ends();
  }

  CsvFile read(CsvRemarks& remarks) {
    find_delimiter();
    const auto sample = this->sample();
    remarks.decimal = find_decimal_signs(sample, file_.delimiter);
    std::vector<CsvField> fields;
    const auto line = file_.data_line;
    if (!parse(fields))
      throw fault(fmt::format("ends where line {} should name the columns", file_.data_line));
    for (const auto& field : fields) file_.header.push_back(name_of(field.text(), file_.header.size()));
    consume();
    check_names(file_, line);
    if (looks_like_values(file_.header)) {
      remarks.notices.push_back(
          fmt::format("{}: line {} names the columns, and it looks like values (\"{}\"): if the file has no "
                      "header, put a line of names above",
                      file_.path, line, number_name()));
    }
    leave_out_further_records(fields, remarks);
    file_.data_begin = window_.offset();
    file_.data_end = end_of_data(file_.bytes, file_.data_begin, window_.end());
    return std::move(file_);
  }

 private:
  [[nodiscard]] core::Error fault(const std::string& what) const {
    return core::data_error(fmt::format("{}: {}", file_.path, what));
  }
  [[nodiscard]] CsvSample sample() const { return {window_.loaded(), window_.whole()}; }

  void check_kind() const {
    const auto kind = file_kind(window_.loaded().substr(0, 512));
    if (kind.name != nullptr) throw fault(fmt::format("is {}: {}", kind.name, kind.remedy));
  }

  void check_line_ends() const {
    const auto text = window_.loaded();
    const auto cr = text.find('\r');
    if (cr == std::string_view::npos || cr + 1 == text.size() || text.find('\n') != std::string_view::npos)
      return;
    throw fault("its lines end in CR alone, not in LF or CRLF: convert it (tr '\\r' '\\n')");
  }

  void find_delimiter() {
    const auto said = sep_line(window_.loaded());
    if (said && format_.delimiter && *format_.delimiter != said->delimiter) {
      throw fault(fmt::format("line 1 says sep={}, and --delimiter says {}", delimiter_name(said->delimiter),
                              delimiter_name(*format_.delimiter)));
    }
    if (said) {
      window_.consume(said->length);
      ++file_.data_line;
      if (const auto other = better_delimiter(sample(), said->delimiter))
        throw fault(
            fmt::format("line 1 says sep={}, and the lines below are separated by \"{}\": mend line 1",
                        delimiter_name(said->delimiter), delimiter_name(*other)));
    }
    if (said || format_.delimiter) {
      file_.delimiter = said ? said->delimiter : *format_.delimiter;
    } else {
      file_.delimiter = io::find_delimiter(sample(), file_.path);
    }
  }

  /// Parses the record that the window begins with; its fields stay in place until `consume`. False at the
  /// file's end.
  bool parse(std::vector<CsvField>& fields) {
    for (;;) {
      const auto text = window_.loaded();
      if (text.empty() && window_.whole()) return false;
      const auto parse = parse_csv_record(text.data(), text.data() + text.size(), window_.whole(), fields,
                                          CsvDelimiter(file_.delimiter));
      if (parse.end == CsvEnd::record) {
        length_ = static_cast<std::size_t>(parse.place - text.data());
        return true;
      }
      if (parse.end != CsvEnd::cut_off || text.size() > longest_header) {
        throw fault(fmt::format(
            "line {}, field {}: {}", file_.data_line, fields.size() + 1,
            parse.place == nullptr ? "the header is longer than 64 MiB" : "a quote out of place"));
      }
      window_.load();
    }
  }
  void consume() {
    const auto record = window_.loaded().substr(0, length_);
    file_.data_line += std::count(record.begin(), record.end(), '\n');
    window_.consume(length_);
  }

  /// The first name that is a number.
  [[nodiscard]] std::string number_name() const {
    const auto found = std::find_if(file_.header.begin(), file_.header.end(), [](const auto& name) {
      return looks_like_values({name, name});
    });
    return found == file_.header.end() ? file_.header.front() : *found;
  }

  /// How many records the header has. Only those in the sample are looked at for import ids.
  [[nodiscard]] std::int64_t header_rows() const {
    if (format_.header_rows) return *format_.header_rows;
    const auto text = window_.loaded();
    const CsvDelimiter delimiter(file_.delimiter);
    std::vector<CsvField> fields;
    const char* p = text.data();
    for (std::int64_t record = 2; record <= qualtrics_records; ++record) {
      const auto parse = parse_csv_record(p, text.data() + text.size(), window_.whole(), fields, delimiter);
      if (parse.end != CsvEnd::record) break;
      if (std::all_of(fields.begin(), fields.end(), is_import_id)) return record;
      p = parse.place;
    }
    return 1;
  }

  void leave_out_further_records(std::vector<CsvField>& fields, CsvRemarks& remarks) {
    const auto records = header_rows();
    file_.header_rows = std::max<std::int64_t>(1, records);
    const auto first = file_.data_line;
    for (std::int64_t record = 1; record < records && parse(fields); ++record) consume();
    if (records == 1 || format_.header_rows) return;
    const auto last = file_.data_line - 1;
    remarks.notices.push_back(
        fmt::format("{}: line{} {} {} part of the header (question texts and import ids, as Qualtrics writes "
                    "them) and left out; --header-rows {} says so without this warning",
                    file_.path, first == last ? "" : "s",
                    first == last ? std::to_string(first) : fmt::format("{} to {}", first, last),
                    first == last ? "is" : "are", records));
  }

  const CsvFormat& format_;
  CsvWindow window_;
  CsvFile file_;
  std::size_t length_ = 0;  ///< of the record that was parsed last
};

}  // namespace

CsvFile read_csv_header(const CsvSource& source, const CsvFormat& format, CsvRemarks* remarks) {
  CsvRemarks unheard;
  const auto state = file_state(source.bytes);
  return HeaderReader(source, state, format).read(remarks != nullptr ? *remarks : unheard);
}

}  // namespace psychograph::io
