// psychograph import.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "jobs/jobs.hpp"
#include "runs/csv_import.hpp"
#include "runs/survey_import.hpp"

namespace psychograph::jobs {

Job import_job(CLI::App& app) {
  const auto options = std::make_shared<runs::ImportOptions>();
  app.add_option("files", options->files,
                 "CSV files, plain or packed by gzip or zstd, or globs in quotes: their rows follow in "
                 "sorted order; - "
                 "is standard input. Or one survey of SPSS (.sav, .zsav, .por), Stata (.dta) or SAS "
                 "(.sas7bdat, .xpt)")
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
  app.add_option("--types", options->types,
                 "What columns are: integer, number, time or text; default: as their cells are")
      ->type_name("A=TYPE,...");
  app.add_option("--on-bad-cell", options->on_bad_cell,
                 "What a cell that is no number does in a column of numbers: error, or it counts as missing; "
                 "default: the column is text, with a warning")
      ->check(CLI::IsMember({"error", "missing"}));
  app.add_option("--delimiter", options->delimiter,
                 "What separates fields: one character, tab or space; default: found out among , ; tab |");
  app.add_option("--decimal", options->decimal, "The decimal sign: . or , (default: found out, else .)")
      ->check(CLI::IsMember({".", ","}));
  app.add_option("--header-rows", options->header_rows,
                 "How many rows are header: the first names the columns, the others are left out (default 1)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1000}));
  app.add_option("--codebook", options->codebooks,
                 "What columns and answers mean, as CSV (column,value,label); it lies beside the table then")
      ->type_name("FILE ...");
  app.add_option(
         "--spec", options->draft,
         "Write a first spec for the table, to look through and run; a file that is there already is kept")
      ->type_name("DRAFT.toml");
  return [options, &app](const comm::Communicator& world, runs::Reporter& reporter) {
    if (!runs::names_survey(world, options->files)) return runs::import_csv(world, *options, reporter);
    std::vector<std::string> given;  // of what says how CSV is written
    for (const char* name :
         {"--na", "--types", "--on-bad-cell", "--delimiter", "--decimal", "--header-rows"}) {
      if (app.count(name) > 0) given.emplace_back(name);
    }
    runs::import_survey(world, *options, given, reporter);
  };
}

}  // namespace psychograph::jobs
