#include "runs/csv_import.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <cctype>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "insight/codebook.hpp"
#include "io/csv_dialect.hpp"
#include "io/csv_import.hpp"
#include "io/csv_part.hpp"
#include "io/csv_store.hpp"
#include "io/csv_table.hpp"
#include "io/csv_unpack.hpp"
#include "io/disk_space.hpp"
#include "io/output_file.hpp"
#include "io/table.hpp"
#include "runs/spec_draft.hpp"

namespace psychograph::runs {
namespace {

constexpr const char* table_name = "/customers";

/// A=integer,B=text. A name may hold an equals sign, but no comma.
std::vector<std::pair<std::string, io::AskedType>> parse_types(const std::string& list) {
  std::vector<std::pair<std::string, io::AskedType>> types;
  for (const auto& word : split_at_commas(list)) {
    const auto equals = word.rfind('=');
    const auto type = equals == std::string::npos ? "" : word.substr(equals + 1);
    const auto asked = type == "integer"  ? io::AskedType::integer
                       : type == "number" ? io::AskedType::number
                       : type == "time"   ? io::AskedType::time
                       : type == "text"   ? io::AskedType::text
                                          : io::AskedType::none;
    if (asked == io::AskedType::none) {
      throw core::usage_error(
          fmt::format("--types: \"{}\" is not of the form COLUMN=integer, number, time or text", word));
    }
    types.emplace_back(word.substr(0, equals), asked);
  }
  return types;
}

char parse_delimiter(const std::string& word) {
  if (word == "tab" || word == "\\t") return '\t';
  if (word == "space") return ' ';
  const bool possible = word.size() == 1 && static_cast<unsigned char>(word.front()) < 0x80U &&
                        std::isalnum(static_cast<unsigned char>(word.front())) == 0 &&
                        std::string_view("\"\r\n\\.-+").find(word.front()) == std::string_view::npos;
  if (possible) return word.front();
  throw core::usage_error(fmt::format(
      "--delimiter \"{}\": is no delimiter: one character such as ; or |, or tab, or space", word));
}

io::CsvInput input_of(const ImportOptions& options) {
  io::CsvInput input;
  input.id = options.id;
  if (options.columns) input.columns = split_at_commas(*options.columns);
  if (options.types) input.types = parse_types(*options.types);
  if (options.delimiter) input.format.delimiter = parse_delimiter(*options.delimiter);
  input.format.header_rows = options.header_rows;
  if (options.decimal) input.decimal = options.decimal->front();
  return input;
}

io::OnBadCell on_bad_cell(const ImportOptions& options) {
  if (!options.on_bad_cell) return io::OnBadCell::keep_text;
  return *options.on_bad_cell == "missing" ? io::OnBadCell::missing : io::OnBadCell::fail;
}

/// What the result takes: each row of a text column as much as its longest cell.
void require_room(const std::string& output, const io::ImportedTable& found) {
  double row_bytes = 0;
  for (const auto& column : found.columns) row_bytes += static_cast<double>(io::stored_bytes(column));
  const io::SpaceDemand demand{output, row_bytes * static_cast<double>(found.total_rows)};
  io::require_space(std::span(&demand, 1));
}

/// How the fields lie in the files, where that is not by commas.
std::string separators(const io::CsvTable& table) {
  const char delimiter = table.files.front().delimiter;
  std::string text;
  if (delimiter != ',') text += fmt::format("; fields separated by \"{}\"", io::delimiter_name(delimiter));
  if (table.decimal != '.') text += "; decimal commas";
  return text;
}

std::string type_name(const io::ImportedColumn& column) {
  switch (column.type) {
    case io::CsvType::integer:
      return fmt::format("int{}", 8 * column.bytes);
    case io::CsvType::floating:
      return "float64";
    case io::CsvType::time:
      return column.unit == core::TimeUnit::days ? "date" : "time";
    case io::CsvType::text:
      break;
  }
  return fmt::format("text, {} bytes", column.length);
}

std::string summary(const ImportOptions& options, const io::CsvTable& table, const io::ImportedTable& found) {
  std::size_t name_width = 6;
  for (const auto& column : found.columns)
    name_width = std::max(name_width, core::printable(column.name).size());
  auto text = fmt::format("{}: {} rows, {} columns in {}, from {} CSV file{}{}\n\n{:<{}}  {:<16}  {:>10}\n",
                          core::printable(options.output), found.total_rows, found.columns.size(), table_name,
                          table.files.size(), table.files.size() == 1 ? "" : "s", separators(table), "column",
                          name_width, "type", "missing");
  for (const auto& column : found.columns) {
    text += fmt::format("{:<{}}  {:<16}  {:>10}\n", core::printable(column.name), name_width,
                        type_name(column), column.missing);
  }
  return text;
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// Those that have names.
std::vector<std::string> files_of(const ImportOptions& options) {
  auto names = options.files;
  std::erase(names, io::standard_input);
  return io::expand_globs(names);
}

/// The plain files, and what is packed or comes in through standard input as plain ones.
io::CsvSources open_sources(const comm::Communicator& world, const ImportOptions& options,
                            Reporter& reporter) {
  auto paths = comm::run_on_root(world, [&] { return files_of(options); });
  const bool reads_input =
      std::find(options.files.begin(), options.files.end(), io::standard_input) != options.files.end();
  if (reads_input) {
    reporter.stage("reading standard input");
    paths.emplace_back(io::standard_input);
  }
  return io::unpack_csv(world, paths, options.output, [&](const std::string& name, double bytes) {
    reporter.progress(fmt::format("{}: {:.0f} MB unpacked", name, bytes / 1e6));
  });
}

}  // namespace

std::vector<std::string> split_at_commas(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto comma = std::min(list.find(',', begin), list.size());
    words.push_back(list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return words;
}

void import_csv(const comm::Communicator& world, const ImportOptions& options, Reporter& reporter) {
  reporter.open([&] {
    io::FileUse use{files_of(options), {{"--output", options.output}}};
    use.read.insert(use.read.end(), options.codebooks.begin(), options.codebooks.end());
    add_draft(use, options.draft);
    return use;
  });
  const auto codebook = insight::read_codebook(world, {}, options.codebooks);
  auto input = input_of(options);
  const io::MissingWords missing(split_at_commas(options.missing));
  io::OutputFile output(world, options.output);  // before the long passes: an unwritable folder shows at once
  const auto sources = open_sources(world, options, reporter);
  input.sources = sources.sources;
  reporter.stage("reading the headers");
  const auto table = io::open_csv(world, input);
  for (const auto& notice : table.notices) reporter.warn(notice);

  reporter.stage("dealing out the records");
  const auto parts = io::deal_out_csv(world, table);
  reporter.stage("finding the types");
  io::CsvHandOver hand_over(folder_of(options.output));
  const auto found = io::infer_columns(world, table, parts, missing, on_bad_cell(options), hand_over,
                                       [&](double share) { reporter.progress("types", share); });
  for (const auto& notice : found.notices) reporter.warn(notice);
  comm::run_on_root(world, [&] { require_room(options.output, found); });
  reporter.stage(fmt::format("writing {} rows", found.total_rows));
  io::write_columns(world, table, parts, missing, hand_over, found, output, table_name,
                    [&](double share) { reporter.progress("rows", share); });
  for (const auto& column : codebook.columns()) {
    const auto known = [&](const auto& one) { return one.name == column; };
    if (std::none_of(found.columns.begin(), found.columns.end(), known))
      reporter.warn(fmt::format("--codebook: there is no column \"{}\"", column));
  }
  if (!options.codebooks.empty()) insight::write_codebook(output, codebook);
  comm::heed_last_stop_requests(world);
  output.commit();
  write_draft(world, options.output, options.draft, reporter);
  reporter.stage("done");
  reporter.summary(summary(options, table, found));
}

}  // namespace psychograph::runs
