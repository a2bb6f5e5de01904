// psychograph export: the assignments of a result file as CSV. Blocks of rows are dealt out to the ranks in
// turn; each formats its own, and they come out in row order.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "io/assignment_lines.hpp"
#include "io/ordered_text.hpp"
#include "jobs/jobs.hpp"

namespace psychograph::jobs {
namespace {

struct Options {
  std::string result;
  std::string output;
};

void export_assignments(const comm::Communicator& world, const Options& options, Reporter& reporter) {
  reporter.open([&] {
    io::FileUse use{{options.result}, {}};
    if (options.output != "-") use.written = {{"--output", options.output, io::Output::Kind::text}};
    return use;
  });
  io::AssignmentLines assignments(world, options.result);
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

Job export_job(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("result", options->result, "The result file of segment, assign or resegment")
      ->required()
      ->type_name("FILE");
  app.add_option("--output", options->output, "The CSV file to write; - for standard output")
      ->required()
      ->type_name("FILE");
  return [options](const comm::Communicator& world, Reporter& reporter) {
    export_assignments(world, *options, reporter);
  };
}

}  // namespace psychograph::jobs
