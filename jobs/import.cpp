// CSV files to a customer table: the headers agree, each rank takes its share of the bytes, all ranks agree
// on the columns' types, and each writes its rows.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/atomic_path.hpp"
#include "io/csv_import.hpp"
#include "io/csv_part.hpp"
#include "io/csv_table.hpp"
#include "io/output_file.hpp"
#include "jobs/jobs.hpp"

namespace psychograph::jobs {
namespace {

constexpr const char* table_name = "/customers";

struct ImportOptions {
  std::vector<std::string> files;
  std::string output;
  std::optional<std::string> id;
  std::optional<std::string> columns;
  std::string missing = "NA";
};

std::vector<std::string> split_at_commas(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto comma = std::min(list.find(',', begin), list.size());
    words.push_back(list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return words;
}

void check_output_is_no_input(const std::string& output, const io::CsvTable& table) {
  for (const auto& file : table.files) {
    std::error_code absent;
    if (std::filesystem::equivalent(file.path, output, absent)) {
      throw core::usage_error(fmt::format("--output {}: is one of the CSV files", output));
    }
  }
}

void warn_of_oddities(const io::CsvTable& table, const io::ImportedTable& found, Reporter& reporter) {
  const auto& header = table.files.front().header;
  if (header.size() == 1 && header.front().find_first_of(";\t") != std::string::npos) {
    reporter.warn(fmt::format("{}: the header is one column, \"{}\": fields are separated by commas",
                              table.files.front().path, header.front()));
  }
  for (const auto& column : found.columns) {
    if (column.name != io::csv_id_name || column.missing == 0) continue;
    reporter.warn(fmt::format("{} customers have no {}", column.missing, column.name));
  }
}

std::string type_name(const io::ImportedColumn& column) {
  switch (column.type) {
    case io::CsvType::integer:
      return "int64";
    case io::CsvType::floating:
      return "float64";
    case io::CsvType::text:
      break;
  }
  return fmt::format("text, {} bytes", column.length);
}

std::string summary(const ImportOptions& options, const io::CsvTable& table, const io::ImportedTable& found) {
  std::size_t name_width = 6;
  for (const auto& column : found.columns) name_width = std::max(name_width, column.name.size());
  auto text =
      fmt::format("{}: {} rows, {} columns in {}, from {} CSV file{}\n\n{:<{}}  {:<16}  {:>10}\n",
                  options.output, found.total_rows, found.columns.size(), table_name, table.files.size(),
                  table.files.size() == 1 ? "" : "s", "column", name_width, "type", "missing");
  for (const auto& column : found.columns) {
    text +=
        fmt::format("{:<{}}  {:<16}  {:>10}\n", column.name, name_width, type_name(column), column.missing);
  }
  return text;
}

void run_import(const ImportOptions& options, const comm::Communicator& world, Reporter& reporter) {
  reporter.stage("reading the headers");
  const io::CsvInput input{options.files, options.id,
                           options.columns ? std::optional(split_at_commas(*options.columns)) : std::nullopt};
  const auto table = io::open_csv(world, input);
  const io::MissingWords missing(split_at_commas(options.missing));
  comm::run_on_root(world, [&] {
    check_output_is_no_input(options.output, table);
    io::remove_partials(options.output);
  });
  io::OutputFile output(world, options.output);  // before the long passes: an unwritable folder shows at once

  reporter.stage("dealing out the records");
  const auto parts = io::deal_out_csv(world, table);
  reporter.stage("finding the types");
  const auto found = io::infer_columns(world, table, parts, missing,
                                       [&](double share) { reporter.progress("types", share); });
  warn_of_oddities(table, found, reporter);
  reporter.stage(fmt::format("writing {} rows", found.total_rows));
  io::write_columns(world, table, parts, missing, found, output, table_name,
                    [&](double share) { reporter.progress("rows", share); });
  comm::heed_last_stop_requests(world);
  output.commit();
  reporter.stage("done");
  reporter.summary(summary(options, table, found));
}

}  // namespace

Job import_job(CLI::App& app) {
  const auto options = std::make_shared<ImportOptions>();
  app.add_option("files", options->files, "CSV files, or globs in quotes; their rows follow in sorted order")
      ->type_name("DATA.csv")
      ->required();
  app.add_option("--output", options->output, "The HDF5 file to write; replaced if it exists")
      ->type_name("FILE")
      ->required();
  app.add_option("--id", options->id, "The column with the customers' ids; stored as customer_id")
      ->type_name("COLUMN");
  app.add_option("--columns", options->columns, "Keep these columns alone, and the id")->type_name("A,B,...");
  app.add_option("--na", options->missing, "Words for missing values besides the empty cell (default NA)")
      ->type_name("NA,...");
  return [options](const comm::Communicator& world, Reporter& reporter) {
    run_import(*options, world, reporter);
  };
}

}  // namespace psychograph::jobs
