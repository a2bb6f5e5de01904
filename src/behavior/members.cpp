#include "behavior/members.hpp"

#include <fmt/format.h>

#include "behavior/column_cells.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/id_format.hpp"
#include "io/windows.hpp"

namespace psychograph::behavior {
namespace {

core::Hash128 key_of(const io::Shard& shard, const ColumnCells& cells, std::size_t i) {
  if (cells.is_whole(i)) return id_key(cells.whole(i));
  if (!cells.is_number()) return id_key(cells.text(i));
  const auto& block = cells.block();
  throw core::data_error(
      fmt::format("{}: the id {} is no whole number of 64 bits, as those of events are",
                  io::cell_name(shard.table(), shard.table().columns[block.column].name,
                                shard.rows().begin + block.first + static_cast<std::int64_t>(i)),
                  cells.text(i)));
}

}  // namespace

void deal_out_members(const comm::Communicator& world, const io::Shard& shard, const MemberColumns& columns,
                      Levels& groups, Dealt& dealt) {
  const auto id = io::require_column(shard.table(), columns.id, columns.wanted_by);
  std::vector<std::size_t> wanted{id};
  std::optional<std::size_t> group;
  if (!columns.group.empty()) {
    group = io::require_column(shard.table(), columns.group, columns.wanted_by);
    if (*group != id) wanted.push_back(*group);
  }
  std::vector<Member> members;
  for (io::Windows windows(world, shard, wanted, batch_events); windows.next();) {
    const auto first = windows.rows().begin;
    members.assign(static_cast<std::size_t>(windows.rows().size()), {});
    windows.read([&](const io::RawBlock& block) {
      const ColumnCells cells(shard.table(), block);
      if (block.column == id) io::require_present(shard.table(), block, shard.rows().begin + block.first);
      for (std::size_t i = 0; i < block.count; ++i) {
        auto& member = members[static_cast<std::size_t>(block.first - first) + i];
        if (block.column == id) {
          member.id = key_of(shard, cells, i);
          if (columns.rows) member.row = shard.rows().begin + block.first + static_cast<std::int64_t>(i);
        }
        if (block.column == group && !cells.is_missing(i)) member.group = groups.number_of(cells.text(i));
      }
    });
    groups.meet(world);
    if (groups.names().size() > most_channels)
      throw core::data_error(fmt::format("{}: column \"{}\" has more than {} groups",
                                         io::files_name(shard.table()), columns.group, most_channels));
    for (auto& member : members) member.group = groups.agreed(static_cast<std::int32_t>(member.group));
    deal_out(world, members, {}, dealt);
  }
}

void require_different_ids(const io::Shard& shard, const std::string& id, const RepeatedRows& repeated) {
  if (!repeated.any()) return;
  const auto& table = shard.table();
  const auto column = io::require_column(table, id, "customers.id");
  shard.read(std::span(&column, 1), repeated.first - shard.rows().begin, 1, [&](const io::RawBlock& block) {
    const ColumnCells cells(table, block);
    const auto other = io::place_of(table, repeated.second);
    const bool is_text = !cells.is_number();
    throw core::data_error(fmt::format("{}: the id {}{}{} is repeated in row {}{}",
                                       io::cell_name(table, id, repeated.first), is_text ? "\"" : "",
                                       cells.text(0), is_text ? "\"" : "", other.row,
                                       table.files.size() > 1 ? " of " + table.files[other.file].path : ""));
  });
}

}  // namespace psychograph::behavior
