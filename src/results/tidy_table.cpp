#include "results/tidy_table.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "io/csv_column.hpp"

namespace psychograph::results {
namespace {

constexpr const char* order = "columns";

/// Spreadsheets run what begins like this.
bool begins_a_formula(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return false;  // -1 is a number
  return !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
}

void append_cell(std::string& csv, const TidyTable::Cells& cells, std::size_t row) {
  if (const auto* texts = std::get_if<0>(&cells)) {
    io::append_csv(csv, harmless((*texts)[row]));
  } else if (const auto* counts = std::get_if<1>(&cells)) {
    if ((*counts)[row] != no_count) csv += fmt::format("{}", (*counts)[row]);
  } else if (const double value = std::get<2>(cells)[row]; !std::isnan(value)) {
    csv += fmt::format("{}", value);
  }
}

}  // namespace

std::string harmless(const std::string& text) { return begins_a_formula(text) ? "'" + text : text; }

std::size_t TidyTable::rows() const {
  return columns.empty() ? 0
                         : std::visit([](const auto& cells) { return cells.size(); }, columns.front().cells);
}

void write_table(io::OutputFile& file, const std::string& group, const TidyTable& table) {
  file.create_group(group);
  std::string names;
  const auto rows = static_cast<std::int64_t>(table.rows());
  for (const auto& column : table.columns) {
    if (!names.empty()) names += ',';
    names += column.name;
    const auto path = fmt::format("{}/{}", group, column.name);
    if (const auto* texts = std::get_if<0>(&column.cells)) {
      file.write_strings(path, *texts);
    } else if (const auto* counts = std::get_if<1>(&column.cells)) {
      file.write_whole<std::int64_t>(path, {rows}, *counts);
    } else {
      file.write_whole<double>(path, {rows}, std::get<2>(column.cells));
    }
  }
  file.set_attribute(group, order, names);
}

TidyTable read_table(const io::InputFile& file, const std::string& group) {
  TidyTable table;
  const auto names = file.attribute(group, order);
  std::optional<std::size_t> rows;
  for (std::size_t begin = 0; begin < names.size();) {
    const auto end = std::min(names.find(',', begin), names.size());
    const auto name = names.substr(begin, end - begin);
    begin = end + 1;
    const auto path = fmt::format("{}/{}", group, name);
    const auto dataset = file.dataset(path);
    const auto type = io::type_handle(H5Dget_type(dataset.get()));
    switch (H5Tget_class(type.get())) {
      case H5T_STRING:
        table.columns.push_back({name, file.strings(path)});
        break;
      case H5T_INTEGER:
        table.columns.push_back({name, file.values<std::int64_t>(path)});
        break;
      case H5T_FLOAT:
        table.columns.push_back({name, file.values<double>(path)});
        break;
      default:
        file.fail(path);
    }
    const auto length =
        std::visit([](const auto& cells) { return cells.size(); }, table.columns.back().cells);
    if (rows.value_or(length) != length) file.fail(path);
    rows = length;
  }
  return table;
}

std::string to_csv(const TidyTable& table) {
  std::string csv;
  for (const auto& column : table.columns) {
    if (!csv.empty()) csv += ',';
    csv += column.name;
  }
  csv += '\n';
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      if (c > 0) csv += ',';
      append_cell(csv, table.columns[c].cells, row);
    }
    csv += '\n';
  }
  return csv;
}

}  // namespace psychograph::results
