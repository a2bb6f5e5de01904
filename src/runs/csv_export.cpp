#include "runs/csv_export.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/fence.hpp"
#include "io/input_file.hpp"
#include "io/ordered_text.hpp"
#include "results/assignment_lines.hpp"
#include "results/layout.hpp"
#include "results/tidy_table.hpp"
#include "typing/languages.hpp"

namespace psychograph::runs {
namespace {

io::FileUse files_of(const ExportOptions& options) {
  io::FileUse use{{options.result}, {}};
  if (options.output != "-") use.written = {{"--output", options.output, io::Output::Kind::text}};
  return use;
}

using What = ExportOptions::What;

/// The table that is exported as it stands.
const char* table_of(What what) {
  namespace layout = results::layout;
  switch (what) {
    case What::profile:
      return layout::profile;
    case What::personas:
      return layout::personas;
    case What::questions:
      return layout::typing_choice;
    case What::assignments:
    case What::points:
    case What::sql:
    case What::spreadsheet:
    case What::json:
      break;
  }
  return layout::typing_points;
}

std::string text_of(const ExportOptions& options, Reporter& reporter) {
  namespace layout = results::layout;
  const io::Fence fence(options.result);
  const io::InputFile file(options.result, "result file");
  const auto* const path = table_of(options.what);
  if (!file.has(path)) {
    throw core::data_error(
        options.what == What::profile || options.what == What::personas
            ? fmt::format("{}: there is no {}: the result is of an earlier version, or was made with "
                          "--no-profile; psychograph profile makes one",
                          options.result, path)
            : fmt::format("{}: is no typing tool: psychograph typing makes one", options.result));
  }
  const auto table = results::read_table(file, path);
  switch (options.what) {
    case What::sql: {
      const auto id = file.attribute(layout::typing, "id");
      return typing::as_sql(typing::tool_from(table, options.result), id.empty() ? "customer_id" : id);
    }
    case What::spreadsheet: {
      const auto tool = typing::tool_from(table, options.result);
      if (const auto longest = typing::longest_formula(tool); longest > typing::most_formula)
        reporter.warn(
            fmt::format("a formula has {} characters, and most spreadsheets take {}: ask fewer questions, or "
                        "such with fewer answers",
                        longest, typing::most_formula));
      return typing::as_spreadsheet(tool);
    }
    case What::json:
      return typing::as_json(typing::tool_from(table, options.result));
    case What::assignments:
    case What::profile:
    case What::personas:
    case What::questions:
    case What::points:
      break;
  }
  return results::to_csv(table);
}

void export_text(const comm::Communicator& world, const ExportOptions& options, Reporter& reporter) {
  reporter.stage(fmt::format("exporting what {} tells", options.result));
  const auto text = comm::run_on_root(world, [&] { return text_of(options, reporter); });
  io::OrderedText csv(world, options.output);
  csv.append(world.rank() == 0 ? text : std::string());
  comm::heed_last_stop_requests(world);
  csv.commit();
  reporter.stage(fmt::format("{} bytes are written", csv.bytes()));
}

void export_assignments(const comm::Communicator& world, const ExportOptions& options, Reporter& reporter) {
  results::AssignmentLines assignments(world, options.result);
  reporter.stage(fmt::format("exporting {} assignments of {}", assignments.rows(), options.result));
  io::OrderedText csv(world, options.output);
  csv.append(world.rank() == 0 ? assignments.header() : "");
  std::string text;
  const auto rows = assignments.rows();
  const auto round = assignments.block_rows() * world.size();
  for (std::int64_t begin = 0; begin < rows; begin += round) {
    const auto first = std::min(begin + world.rank() * assignments.block_rows(), rows);
    assignments.format(first, std::min(assignments.block_rows(), rows - first), text);
    csv.append(text);
    reporter.progress("exporting",
                      static_cast<double>(std::min(begin + round, rows)) / static_cast<double>(rows));
  }
  comm::heed_last_stop_requests(world);
  csv.commit();
  reporter.stage(fmt::format("{} bytes are written", csv.bytes()));
}

}  // namespace

void export_result(const comm::Communicator& world, const ExportOptions& options, Reporter& reporter) {
  reporter.open([&] { return files_of(options); });
  if (options.what == What::assignments) {
    export_assignments(world, options, reporter);
  } else {
    export_text(world, options, reporter);
  }
}

}  // namespace psychograph::runs
