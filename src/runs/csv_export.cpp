#include "runs/csv_export.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "io/ordered_text.hpp"
#include "results/assignment_lines.hpp"

namespace psychograph::runs {
void export_assignments(const comm::Communicator& world, const ExportOptions& options, Reporter& reporter) {
  reporter.open([&] {
    io::FileUse use{{options.result}, {}};
    if (options.output != "-") use.written = {{"--output", options.output, io::Output::Kind::text}};
    return use;
  });
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
