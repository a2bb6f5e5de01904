#include "runs/memory.hpp"

#include <cmath>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/row_memory.hpp"
#include "io/disk_space.hpp"
#include "planning/calibrate.hpp"

namespace psychograph::runs {
namespace {

std::string scratch_folder(const MemoryOptions& options) {
  if (!options.scratch.empty()) return options.scratch;
  for (const char* name : {"SLURM_TMPDIR", "TMPDIR"}) {
    const char* folder = std::getenv(name);
    if (folder != nullptr && *folder != '\0') return folder;
  }
  return "/tmp";
}

}  // namespace

core::RowMemory place_bytes(const comm::Communicator& world, const MemoryOptions& options, double bytes,
                            double least_bytes, Reporter& reporter) {
  if (!options.memory || bytes <= static_cast<double>(*options.memory)) return {};
  const auto folder = scratch_folder(options);
  const auto ranks = static_cast<double>(comm::same_machine(world).size());
  auto where = comm::run_on_all_ranks(world, [&] {
    auto scratch = core::RowMemory::in_scratch(folder, *options.memory);
    io::require_space(std::vector<io::SpaceDemand>{{folder + "/", ranks * least_bytes, "scratch folder"}});
    return scratch;
  });
  reporter.stage(
      fmt::format("a rank's customers take {:.1f} GB, more than {:.1f} GB of memory: they are kept in {}",
                  bytes / 1e9, static_cast<double>(*options.memory) / 1e9, folder));
  return where;
}

core::RowMemory place_rows(const comm::Communicator& world, const MemoryOptions& options,
                           const planning::Problem& problem, std::int64_t least_columns, Reporter& reporter) {
  if (!options.memory) return {};
  planning::Constants constants;
  constants.process = comm::max_over_ranks(world, planning::resident_bytes());
  const planning::Placement one_rank;
  const auto bytes = planning::memory_margin * planning::memory(problem, one_rank, constants).rank();
  auto least = problem;
  least.columns = least_columns;
  auto where =
      place_bytes(world, options, bytes, planning::memory(least, one_rank, constants).rows, reporter);
  if (where.is_scratch() && constants.process > static_cast<double>(*options.memory))
    reporter.warn(
        fmt::format("--memory: a rank takes {:.0f}M before its first customer, so it will hold more",
                    std::ceil(constants.process / 0x1p20)));
  return where;
}

}  // namespace psychograph::runs
