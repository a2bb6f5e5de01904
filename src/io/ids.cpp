#include "io/ids.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/exchange.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/id_keys.hpp"
#include "io/id_slices.hpp"
#include "io/key_set.hpp"
#include "io/windows.hpp"

namespace psychograph::io {
namespace {

using core::Hash128;

constexpr std::int64_t no_row = std::numeric_limits<std::int64_t>::max();

/// The ids of one rank that rise from row to row.
struct Rising {
  bool all = true;
  bool any = false;
  Hash128 first = {};
  Hash128 last = {};

  void go_on(const Hash128& from, const Hash128& to) {
    all &= !any || last < from;
    if (!any) first = from;
    any = true;
    last = to;
  }
};

/// Whether integer ids rise from row to row, the usual case, in which they are unique without a comparison of
/// all with all: it is enough that each rank's do, and the ranks' first ones among each other. Collective.
bool rises(const comm::Communicator& world, const Shard& shard, std::size_t column) {
  Rising mine;
  read_keys(shard, column, [&](std::size_t, std::span<const Hash128> keys) {
    for (const auto& key : keys) mine.go_on(key, key);
  });
  Rising all;
  for (const auto& rank : comm::gather(world, mine)) {
    if (rank.any) all.go_on(rank.first, rank.last);
    all.all &= rank.all;
  }
  return all.all;
}

/// The smallest of some keys.
struct Smallest {
  bool any = false;
  Hash128 key = {};
  void take(const Hash128& other) {
    if (!any || other < key) key = other;
    any = true;
  }
};

/// The smallest key that two rows share. Collective.
std::optional<Hash128> smallest_repeated(const comm::Communicator& world, const Shard& shard,
                                         std::size_t column, std::int64_t rows_a_slice) {
  static_assert(sizeof(Hash128) == unsorted_row_bytes);
  const Meeting meeting(world, shard.most_local_rows(), rows_a_slice);
  const IdSlices<Hash128> ids(world, shard, column, meeting,
                              [](const Hash128& key, std::size_t) { return key; });
  Smallest mine;
  KeySet seen;
  for (std::size_t slice = 0; slice < meeting.slices(); ++slice) {
    seen.clear();
    for (std::int64_t round = 0; round < ids.rounds(slice); ++round) {
      const auto received = comm::exchange(world, ids.outgoing(slice, round));
      for (const auto& key : received.values) {
        if (!seen.insert(key).is_new) mine.take(key);
      }
    }
    comm::heed_stop_requests(world);
  }
  Smallest all;
  for (const auto& rank : comm::gather(world, mine)) {
    if (rank.any) all.take(rank.key);
  }
  return all.any ? std::optional(all.key) : std::nullopt;
}

/// A single cell.
std::string shown(const RawBlock& cell, ColumnType type) {
  if (type == ColumnType::text) return fmt::format("\"{}\"", text(cell, 0));
  if (type == ColumnType::floating) {
    double value = 0;
    numbers(cell, {}, std::span(&value, 1));
    return fmt::format("{}", value);
  }
  std::int64_t value = 0;
  integers(cell, std::span(&value, 1));
  return cell.type->code == ElementType::Code::u64 ? fmt::format("{}", static_cast<std::uint64_t>(value))
                                                   : fmt::format("{}", value);
}

[[noreturn]] void fail_repeated(const comm::Communicator& world, const Shard& shard, std::size_t column,
                                const Hash128& key) {
  const auto& table = shard.table();
  std::int64_t first = no_row;
  std::int64_t second = no_row;
  read_keys(shard, column, [&](std::size_t begin, std::span<const Hash128> keys) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] != key || second != no_row) continue;
      (first == no_row ? first : second) = shard.rows().begin + static_cast<std::int64_t>(begin + i);
    }
  });
  const auto global_first = comm::min_over_ranks(world, first);
  const auto global_second = comm::min_over_ranks(world, first == global_first ? second : first);
  if (global_second == no_row) fail_changed(table, column);
  std::string id;
  shard.read(std::span(&column, 1), global_first - shard.rows().begin, 1,
             [&](const RawBlock& block) { id = shown(block, table.columns[column].type); });
  comm::run_on_all_ranks(world, [&] {
    if (first != global_first) return;
    const auto other = place_of(table, global_second);
    throw core::data_error(fmt::format(
        "{}: the id {} is repeated in row {}{}", cell_name(table, table.columns[column].name, global_first),
        id, other.row, table.files.size() > 1 ? " of " + table.files[other.file].path : ""));
  });
  fail_changed(table, column);
}

}  // namespace

void require_unique_ids(const comm::Communicator& world, const Shard& shard, const std::string& column,
                        std::int64_t rows_a_slice) {
  const auto index = id_column(shard.table(), column);
  const bool whole = shard.table().columns[index].type == ColumnType::integer;
  if (shard.table().files.size() > 1 && shard.table().columns[index].type != ColumnType::text) {
    const IdFormat format(world, shard, column);
    shard.read(std::span(&index, 1), [&](const RawBlock& block) { format.require_fit(block); });
  } else if (!whole || !shard.table().columns[index].marked_missing.empty()) {
    shard.read(std::span(&index, 1), [&](const RawBlock& block) {
      require_present(shard.table(), block, shard.rows().begin + block.first);
    });
  }
  if (whole && rises(world, shard, index)) return;
  const auto repeated = smallest_repeated(world, shard, index, rows_a_slice);
  if (repeated) fail_repeated(world, shard, index, *repeated);
}

WindowIds::WindowIds(const Shard& shard, const IdFormat& format) : shard_(shard), format_(format) {}

void WindowIds::begin(core::RowRange rows) {
  first_ = rows.begin;
  bytes_.resize(static_cast<std::size_t>(rows.size()) * format_.bytes());
  if (!format_.column()) format_.number_rows(shard_.rows().begin + rows.begin, rows.size(), bytes_.data());
}

void WindowIds::see(const RawBlock& block) {
  if (block.column != format_.column()) return;
  format_.copy(block, bytes_.data() + static_cast<std::size_t>(block.first - first_) * format_.bytes());
}

void write_ids(const comm::Communicator& world, const Shard& shard, const IdFormat& format, OutputFile& file,
               const std::string& name) {
  constexpr std::size_t window_bytes = std::size_t{4} << 20U;
  const std::vector<std::size_t> columns(format.column() ? 1 : 0, format.column().value_or(0));
  Windows windows(world, shard, columns,
                  static_cast<std::int64_t>(std::max<std::size_t>(1, window_bytes / format.bytes())));
  WindowIds ids(shard, format);
  while (windows.next()) {
    const auto rows = windows.rows();
    comm::run_on_all_ranks(world, [&] { ids.begin(rows); });
    if (format.column()) windows.read([&](const RawBlock& block) { ids.see(block); });
    file.write_block(name, shard.rows().begin + rows.begin, rows.size(), ids.bytes());
  }
}

}  // namespace psychograph::io
