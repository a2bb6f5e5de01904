#include "runs/grouping.hpp"

#include <algorithm>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "features/levels.hpp"
#include "io/id_join.hpp"
#include "io/inspect.hpp"
#include "results/layout.hpp"
#include "runs/described_columns.hpp"

namespace psychograph::runs {

Grouping group_by(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                  const std::string& by, const std::vector<features::Feature>& known) {
  features::Feature feature;
  feature.name = by;
  feature.columns = {by};
  feature.kind = spec::Kind::categorical;
  feature.leveled = true;
  const auto* before = known_of(known, by);
  feature.sentinels = before != nullptr ? before->sentinels : spec.input.missing_values;
  const auto column = io::require_column(shard.table(), by, "--by");
  const auto levels = features::find_levels(world, shard, feature, {}).levels;
  if (levels.empty())
    throw core::data_error(
        fmt::format("{}: column \"{}\" has no value at all", io::files_name(shard.table()), by));
  Grouping grouping;
  for (const auto& level : levels) {
    grouping.ids.push_back(static_cast<std::int32_t>(grouping.ids.size()));
    grouping.names.push_back(level.name);
  }
  grouping.places = comm::run_on_all_ranks(
      world, [&] { return core::RowVector<std::int32_t>(shard.local_rows(), -1, shard.where()); });
  const features::LevelReader reader(shard.table(), feature, levels);
  shard.read(std::vector{column}, [&](const io::RawBlock& block) {
    reader.read(block,
                std::span(grouping.places).subspan(static_cast<std::size_t>(block.first), block.count));
  });
  return grouping;
}

Grouping segments_by_id(const comm::Communicator& world, const io::Shard& shard, const spec::Spec& spec,
                        const results::StoredResult& stored, const std::string& path, Reporter& reporter) {
  namespace layout = results::layout;
  if (!spec.input.id)
    throw core::data_error(
        fmt::format("{}: was made without input.id, so nobody's segment is known by an id; "
                    "--set input.id=... names the column of the table that holds the row "
                    "numbers of that run",
                    path));
  reporter.stage(fmt::format("looking up the customers in {}", path));
  io::Shard assignments(
      world, comm::run_on_root(world, [&] { return io::inspect_table({path}, layout::assignments); }));
  assignments.keep_rows_in(shard.where());
  auto found = io::look_up(world, shard, *spec.input.id,
                           {assignments, std::string(layout::leaf(layout::customer_id)),
                            std::string(layout::leaf(layout::segment))});
  std::int64_t absent = 0;
  for (const auto id : found.values) absent += id == io::absent ? 1 : 0;
  absent = comm::sum_over_ranks(world, absent);
  if (absent == shard.table().rows())
    throw core::data_error(
        fmt::format("{}: none of its customers is in {}", io::files_name(shard.table()), path));
  if (absent > 0)
    reporter.warn(fmt::format("{} customers of the table are not in {}: they are left out", absent, path));
  Grouping grouping{stored.model.ids, stored.model.names, std::move(found.values)};
  for (auto& id : grouping.places) id = std::max(id, -1);
  take_places(grouping.ids, grouping.places);
  return grouping;
}

}  // namespace psychograph::runs
