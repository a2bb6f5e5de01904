#include "io/csv_table.hpp"

#include <algorithm>
#include <iterator>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/table.hpp"
#include "spec/suggest.hpp"

namespace psychograph::io {
namespace {

std::size_t field_of(const CsvFile& file, const std::string& name) {
  return static_cast<std::size_t>(std::find(file.header.begin(), file.header.end(), name) -
                                  file.header.begin());
}

bool has(const CsvFile& file, const std::string& name) { return field_of(file, name) < file.header.size(); }

const char* header_hint(const CsvFile& file) {
  return looks_like_values(file.header) ? "; its first line looks like values: does it lack a header?" : "";
}

void check_same_columns(const CsvFile& file, const CsvFile& first) {
  if (file.header == first.header) return;
  const auto differ = [&](const std::string& name, const char* what) {
    return core::data_error(fmt::format("{}: {} column \"{}\", unlike {}{}", file.path, what, name,
                                        first.path, header_hint(file)));
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
  throw core::data_error(fmt::format("{}: no column \"{}\" (wanted by {}){}{}", file.path, name, wanted_by,
                                     near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near),
                                     header_hint(file)));
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

/// The id is called `customer_id`, whatever it was called; no other column may be.
void place_id(const CsvFile& first, const std::string& id, CsvTable& table) {
  const auto find = [&](const std::string& name) {
    return std::find(table.columns.begin(), table.columns.end(), name);
  };
  if (id != csv_id_name && find(csv_id_name) != table.columns.end()) {
    throw core::data_error(
        fmt::format("{}: column \"{}\" would be stored as {}, and another column has that name: "
                    "leave it out by --columns",
                    first.path, id, csv_id_name));
  }
  table.id = static_cast<std::size_t>(find(id) - table.columns.begin());
  if (table.asked[table.id] == AskedType::number) {
    throw core::usage_error(fmt::format("--types {}=number: is the id, which is an integer or text", id));
  }
  table.columns[table.id] = csv_id_name;
}

std::vector<AskedType> asked_types(const CsvFile& first, const CsvInput& input,
                                   const std::vector<std::string>& columns) {
  for (const auto& [name, type] : input.types) require_name(first, name, "--types");
  std::vector<AskedType> asked;
  for (const auto& column : columns) {
    const auto type = std::find_if(input.types.begin(), input.types.end(),
                                   [&](const auto& named) { return named.first == column; });
    asked.push_back(type == input.types.end() ? AskedType::none : type->second);
  }
  return asked;
}

/// The decimal sign: as asked for, or a comma where a file has some and nothing speaks against it.
char decimal_sign(const CsvInput& input, const std::vector<CsvRemarks>& remarks, CsvTable& table) {
  if (input.decimal) return *input.decimal;
  for (std::size_t i = 0; i < remarks.size(); ++i) {
    const auto& cell = remarks[i].decimal.thousands_cell;
    if (cell.empty()) continue;
    table.notices.push_back(
        fmt::format("{}: points are read as decimal signs, as in \"{}\", and all points of that column could "
                    "separate thousands, which must be taken out then; --decimal . says that they don't",
                    table.files[i].path, cell));
    break;
  }
  const auto with_comma = std::find_if(remarks.begin(), remarks.end(),
                                       [](const auto& one) { return !one.decimal.comma_cell.empty(); });
  const bool doubtful = std::any_of(remarks.begin(), remarks.end(),
                                    [](const auto& one) { return one.decimal.points || one.decimal.lists; });
  if (with_comma == remarks.end() || doubtful) return '.';
  const auto& file = table.files[static_cast<std::size_t>(with_comma - remarks.begin())];
  table.notices.push_back(
      fmt::format("{}: commas are read as decimal signs, as in \"{}\": --decimal , says so without this "
                  "warning, and --decimal . leaves such cells as text",
                  file.path, with_comma->decimal.comma_cell));
  return ',';
}

CsvTable look_at_files(const CsvInput& input) {
  CsvTable table;
  std::vector<CsvRemarks> remarks;
  auto sources = input.sources;
  for (const auto& path : expand_globs(input.globs)) sources.push_back({path, path});
  for (const auto& source : sources) {
    auto& notices = table.notices;
    table.files.push_back(read_csv_header(source, input.format, &remarks.emplace_back()));
    notices.insert(notices.end(), remarks.back().notices.begin(), remarks.back().notices.end());
    check_same_columns(table.files.back(), table.files.front());
  }
  const auto& first = table.files.front();
  table.columns = select_columns(first, input);
  table.asked = asked_types(first, input, table.columns);
  table.decimal = decimal_sign(input, remarks, table);
  for (auto& file : table.files) {
    if (&file != &first && file.header == first.header) {
      file.fields = first.fields;
      continue;
    }
    for (const auto& name : table.columns) file.fields.push_back(field_of(file, name));
  }
  if (input.id) place_id(first, *input.id, table);
  return table;
}

}  // namespace

CsvTable open_csv(const comm::Communicator& world, const CsvInput& input) {
  return comm::run_on_root(world, [&] { return look_at_files(input); });
}

}  // namespace psychograph::io
