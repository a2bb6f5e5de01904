#include "io/csv_table.hpp"

#include <algorithm>
#include <unordered_map>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/csv_record.hpp"
#include "io/csv_window.hpp"
#include "io/table.hpp"
#include "spec/suggest.hpp"

namespace psychograph::io {
namespace {

constexpr std::size_t longest_header = std::size_t{64} << 20;

std::string name_of(const std::string& cell, std::size_t field) {
  if (!cell.empty()) return cell;
  return field == 0 ? "row_name" : fmt::format("column_{}", field + 1);
}

void check_names(const CsvFile& file) {
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < file.header.size(); ++i) {
    const auto& name = file.header[i];
    const auto fault = [&](const std::string& what) {
      return core::data_error(fmt::format("{}: line 1, column \"{}\": {}", file.path, name, what));
    };
    if (!is_storable_text(name))
      throw core::data_error(fmt::format("{}: line 1 is not UTF-8 text", file.path));
    if (name.find('/') != std::string::npos || name == ".") {
      throw fault("HDF5 has no such names: give it one without a slash, and not a dot alone");
    }
    const auto [earlier, is_new] = seen.emplace(name, i);
    if (!is_new)
      throw fault(fmt::format("the name stands twice, over fields {} and {}", earlier->second + 1, i + 1));
  }
}

/// Lets go of UTF-8's byte order mark; the one of UTF-16 is an error.
void skip_byte_order_mark(CsvWindow& window, const std::string& path) {
  while (window.loaded().size() < 3 && !window.whole()) window.load();
  const auto start = window.loaded().substr(0, 3);
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
    throw core::data_error(
        fmt::format("{}: is UTF-16: convert it to UTF-8 (iconv -f utf-16 -t utf-8)", path));
  }
  if (start == "\xEF\xBB\xBF") window.consume(3);
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

std::size_t field_of(const CsvFile& file, const std::string& name) {
  return static_cast<std::size_t>(std::find(file.header.begin(), file.header.end(), name) -
                                  file.header.begin());
}

bool has(const CsvFile& file, const std::string& name) { return field_of(file, name) < file.header.size(); }

void check_same_columns(const CsvFile& file, const CsvFile& first) {
  if (file.header == first.header) return;
  const auto differ = [&](const std::string& name, const char* what) {
    return core::data_error(
        fmt::format("{}: {} column \"{}\", unlike {}", file.path, what, name, first.path));
  };
  for (const auto& name : first.header) {
    if (!has(file, name)) throw differ(name, "has no");
  }
  for (const auto& name : file.header) {
    if (!has(first, name)) throw differ(name, "has a");
  }
}

void require_name(const CsvFile& file, const std::string& name, const char* wanted_by) {
  if (has(file, name)) return;
  const auto near = spec::nearest(name, file.header);
  throw core::data_error(fmt::format("{}: no column \"{}\" (wanted by {}){}", file.path, name, wanted_by,
                                     near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
}

/// The names of the wanted columns, in the order of the header.
std::vector<std::string> select_columns(const CsvFile& first, const CsvInput& input) {
  if (input.id) require_name(first, *input.id, "--id");
  if (!input.columns) return first.header;
  for (const auto& name : *input.columns) require_name(first, name, "--columns");
  std::vector<std::string> selected;
  std::copy_if(first.header.begin(), first.header.end(), std::back_inserter(selected), [&](const auto& name) {
    const auto& wanted = *input.columns;
    return name == input.id || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  });
  return selected;
}

CsvTable look_at_files(const CsvInput& input) {
  CsvTable table;
  for (const auto& path : expand_globs(input.globs)) {
    table.files.push_back(read_csv_header(path));
    check_same_columns(table.files.back(), table.files.front());
  }
  const auto& first = table.files.front();
  table.columns = select_columns(first, input);
  for (auto& file : table.files) {
    if (&file != &first && file.header == first.header) {
      file.fields = first.fields;
      continue;
    }
    for (const auto& name : table.columns) file.fields.push_back(field_of(file, name));
  }
  if (!input.id || *input.id == csv_id_name) return table;
  if (std::find(table.columns.begin(), table.columns.end(), csv_id_name) != table.columns.end()) {
    throw core::data_error(
        fmt::format("{}: column \"{}\" would be stored as {}, and another column has that name: "
                    "leave it out by --columns",
                    first.path, *input.id, csv_id_name));
  }
  *std::find(table.columns.begin(), table.columns.end(), *input.id) = csv_id_name;
  return table;
}

}  // namespace

CsvFile read_csv_header(const std::string& path) {
  CsvWindow window(path, 0, -1, std::size_t{64} << 10);
  skip_byte_order_mark(window, path);
  if (window.offset() == window.end()) {
    throw core::data_error(fmt::format("{}: is empty: its first line must name the columns", path));
  }
  CsvFile file;
  file.path = path;
  std::vector<CsvField> fields;
  for (;;) {
    const auto text = window.loaded();
    const auto parse = parse_csv_record(text.data(), text.data() + text.size(), window.whole(), fields);
    if (parse.end == CsvEnd::record) {
      const auto length = static_cast<std::size_t>(parse.place - text.data());
      file.data_line += std::count(text.data(), parse.place, '\n');
      for (const auto& field : fields) file.header.push_back(name_of(field.text(), file.header.size()));
      window.consume(length);
      break;
    }
    if (parse.end != CsvEnd::cut_off || text.size() > longest_header) {
      throw core::data_error(
          fmt::format("{}: line 1, field {}: a quote out of place", path, fields.size() + 1));
    }
    window.load();
  }
  check_names(file);
  file.data_begin = window.offset();
  file.data_end = end_of_data(path, file.data_begin, window.end());
  return file;
}

CsvTable open_csv(const comm::Communicator& world, const CsvInput& input) {
  return comm::run_on_root(world, [&] { return look_at_files(input); });
}

}  // namespace psychograph::io
