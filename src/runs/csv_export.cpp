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
#include "results/tidy_table.hpp"

namespace psychograph::runs {
namespace {

io::FileUse files_of(const ExportOptions& options) {
  io::FileUse use{{options.result}, {}};
  if (options.output != "-") use.written = {{"--output", options.output, io::Output::Kind::text}};
  return use;
}

std::string table_as_csv(const ExportOptions& options) {
  const io::Fence fence(options.result);
  const io::InputFile file(options.result, "result file");
  if (!file.has(options.table)) {
    throw core::data_error(fmt::format(
        "{}: there is no {}: the result is of an earlier version, or was made with --no-profile; psychograph "
        "profile makes one",
        options.result, options.table));
  }
  return results::to_csv(results::read_table(file, options.table));
}

}  // namespace

void export_table(const comm::Communicator& world, const ExportOptions& options, Reporter& reporter) {
  reporter.open([&] { return files_of(options); });
  reporter.stage(fmt::format("exporting {} of {}", options.table, options.result));
  const auto text = comm::run_on_root(world, [&] { return table_as_csv(options); });
  io::OrderedText csv(world, options.output);
  csv.append(world.rank() == 0 ? text : std::string());
  comm::heed_last_stop_requests(world);
  csv.commit();
  reporter.stage(fmt::format("{} bytes are written", csv.bytes()));
}

void export_assignments(const comm::Communicator& world, const ExportOptions& options, Reporter& reporter) {
  reporter.open([&] { return files_of(options); });
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

}  // namespace psychograph::runs
