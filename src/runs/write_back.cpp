#include "runs/write_back.hpp"

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"

namespace psychograph::runs {
namespace {

std::string files_text(const io::WriteBackPlan& plan) {
  const auto& first = plan.files.front().path;
  return plan.files.size() == 1 ? first : fmt::format("{} and {} more", first, plan.files.size() - 1);
}

}  // namespace

void WriteBack::prepare(const io::Table& table, std::span<const std::size_t> used, io::SpaceDemand other) {
  if (options_.wanted) plan_ = io::plan_write_back(world_, table, options_.column, used);
  for (const auto& file : plan_.files) {
    if (file.names == 1) continue;
    reporter_.warn(
        fmt::format("{}: has {} names (hard links): this one will get the segments, and the others keep the "
                    "file as it is",
                    file.path, file.names));
  }
  comm::run_on_root(world_, [&] {
    auto demands = io::write_back_space(plan_, world_.size());
    demands.insert(demands.begin(), std::move(other));
    io::require_space(demands);
  });
}

void WriteBack::run(const std::string& result, std::int64_t first_row, std::span<const std::int32_t> segments,
                    const io::ColumnOrigin& origin) {
  reporter_.stage(fmt::format("writing {}/{} back to {}", plan_.table, plan_.column, files_text(plan_)));
  try {
    comm::run_on_root(world_, [&] { io::require_space(io::write_back_space(plan_, world_.size())); });
    io::write_back(world_, plan_, first_row, segments, origin,
                   [&](double share) { reporter_.progress("writing back", share); });
  } catch (const core::Error& error) {
    throw core::Error(error.code(),
                      fmt::format("{} ({} is written; the same with --resume writes back what is "
                                  "missing)",
                                  error.what(), result));
  }
}

}  // namespace psychograph::runs
