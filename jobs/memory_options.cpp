#include "jobs/memory_options.hpp"

#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/row_memory.hpp"
#include "io/disk_space.hpp"

namespace psychograph::jobs {
namespace {

/// What a rank needs that does not grow with its customers (docs/performance.md).
constexpr std::int64_t fixed_bytes = std::int64_t{60} << 20;
/// And of each customer beside the encoded columns: at most, while the result is put together.
constexpr std::int64_t bytes_a_row = 32;

std::string scratch_folder(const MemoryOptions& options) {
  if (!options.scratch.empty()) return options.scratch;
  for (const char* name : {"SLURM_TMPDIR", "TMPDIR"}) {
    const char* folder = std::getenv(name);
    if (folder != nullptr && *folder != '\0') return folder;
  }
  return "/tmp";
}

}  // namespace

CLI::Validator size_in_bytes() {
  return CLI::Validator(
      [convert = CLI::AsSizeValue(false)](std::string& text) {
        auto problem = fmt::format("\"{}\" is not a size, as 4G or 500M are", text);
        if (text.empty() || text.front() < '0' || text.front() > '9') return problem;
        try {
          convert(text);
        } catch (const CLI::ValidationError&) {
          return problem;
        }
        return text == "0" ? problem : std::string();
      },
      "SIZE");
}

void add_memory_options(CLI::App& job, MemoryOptions& options) {
  auto* const memory =
      job.add_option(
             "--memory", options.memory,
             "What a rank may hold in memory, as 4G or 500M; where its customers take more, they are kept in "
             "the scratch folder (default: all in memory)")
          ->type_name("SIZE")
          ->transform(size_in_bytes());
  job.add_option("--scratch", options.scratch,
                 "A folder on a fast local disk (default: $SLURM_TMPDIR, $TMPDIR or /tmp)")
      ->type_name("FOLDER")
      ->needs(memory);
}

void place_rows(const comm::Communicator& world, const MemoryOptions& options, std::int64_t rows, Width width,
                Reporter& reporter) {
  core::keep_rows_in_memory();
  if (!options.memory) return;
  const auto bytes =
      fixed_bytes + comm::max_over_ranks(world, rows) *
                        (width.likely * static_cast<std::int64_t>(sizeof(float)) + bytes_a_row);
  if (static_cast<std::uint64_t>(bytes) <= *options.memory) return;
  const auto folder = scratch_folder(options);
  const auto matrix = comm::sum_over_ranks(comm::same_machine(world),
                                           rows * width.least * static_cast<std::int64_t>(sizeof(float)));
  comm::run_on_all_ranks(world, [&] {
    core::keep_rows_in_scratch(folder, *options.memory);
    io::require_space(
        std::vector<io::SpaceDemand>{{folder + "/", static_cast<double>(matrix), "scratch folder"}});
  });
  reporter.stage(
      fmt::format("a rank's customers take {:.1f} GB, more than {:.1f} GB of memory: they are kept in {}",
                  static_cast<double>(bytes) / 1e9, static_cast<double>(*options.memory) / 1e9, folder));
}

}  // namespace psychograph::jobs
