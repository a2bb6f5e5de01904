#include "io/ids.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <span>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/exchange.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "io/id_format.hpp"

namespace psychograph::io {
namespace {

using core::Hash128;

constexpr std::int64_t no_row = std::numeric_limits<std::int64_t>::max();

/// Numbers sort by value (which `require_unique_ids` uses), texts by their hash.
Hash128 key_of(const RawBlock& block, std::size_t i, std::span<const std::int64_t> numbers) {
  if (numbers.empty()) return core::hash_text(text(block, i));
  return {0, static_cast<std::uint64_t>(numbers[i]) ^ (std::uint64_t{1} << 63)};
}

template <class Visit>
void for_each_key(const Shard& shard, std::size_t column, Visit visit) {
  const auto type = shard.table().columns[column].type;
  std::vector<std::int64_t> values;
  std::vector<double> floating;
  shard.read(std::span(&column, 1), [&](const RawBlock& block) {
    require_present(shard.table(), block, shard.rows().begin + block.first);
    if (type == ColumnType::integer) {
      values.resize(block.count);
      integers(block, values);
    } else if (type == ColumnType::floating) {
      floating.resize(block.count);
      values.resize(block.count);
      numbers(block, {}, floating);
      for (double& value : floating) value += 0.0;  // one zero
      std::memcpy(values.data(), floating.data(), block.count * sizeof(double));
    }
    for (std::size_t i = 0; i < block.count; ++i) visit(block, i, key_of(block, i, values));
  });
}

/// Whether integer ids rise from row to row, the usual case, in which they are unique without a comparison of
/// all with all: it is enough that each rank's do, and the ranks' first ones among each other. Collective.
bool rises(const comm::Communicator& world, const Shard& shard, std::size_t column) {
  bool mine = true;
  std::optional<std::uint64_t> first;
  std::uint64_t last = 0;
  for_each_key(shard, column, [&](const RawBlock&, std::size_t, const Hash128& key) {
    if (first) mine &= last < key.high;
    if (!first) first = key.high;
    last = key.high;
  });
  std::vector<std::int64_t> ends(static_cast<std::size_t>(world.size()) * 3, 0);  // of an empty rank: zeros
  auto* slot = ends.data() + static_cast<std::size_t>(world.rank()) * 3;
  if (first) {
    slot[0] = 1;
    std::memcpy(slot + 1, &*first, sizeof(std::int64_t));
    std::memcpy(slot + 2, &last, sizeof(std::int64_t));
  }
  comm::sum_over_ranks(world, ends);
  bool rising = true;
  std::optional<std::uint64_t> before;
  for (std::size_t r = 0; r < ends.size(); r += 3) {
    if (ends[r] == 0) continue;
    if (before && static_cast<std::uint64_t>(ends[r + 1]) <= *before) rising = false;
    before = static_cast<std::uint64_t>(ends[r + 2]);
  }
  return comm::min_over_ranks(world, std::int64_t{mine && rising}) == 1;
}

/// The smallest key that two rows share, found by sending equal keys to the same rank, a slice at a time.
std::optional<Hash128> smallest_repeated(const comm::Communicator& world, const std::vector<Hash128>& keys) {
  constexpr std::int64_t keys_a_slice = std::int64_t{1} << 20;  // 16 MiB, held four times over
  const auto size = static_cast<std::uint64_t>(world.size());
  const auto most = comm::max_over_ranks(world, static_cast<std::int64_t>(keys.size()));
  const auto slices = static_cast<std::uint64_t>(most / keys_a_slice + 1);
  std::optional<Hash128> smallest;
  for (std::uint64_t slice = 0; slice < slices; ++slice) {
    std::vector<std::vector<std::uint64_t>> outgoing(size);
    for (const auto& key : keys) {
      const auto place = core::hash_words(key.low, key.high).low;
      if (place / size % slices == slice)
        outgoing[place % size].insert(outgoing[place % size].end(), {key.low, key.high});
    }
    const auto received = comm::exchange(world, outgoing);
    std::vector<Hash128> here;
    for (std::size_t i = 0; i < received.size(); i += 2) here.push_back({received[i], received[i + 1]});
    std::sort(here.begin(), here.end());
    const auto repeated = std::adjacent_find(here.begin(), here.end());
    if (repeated != here.end() && (!smallest || *repeated < *smallest)) smallest = *repeated;
  }
  return smallest;
}

/// The smallest over the ranks of keys that some ranks have.
std::optional<Hash128> smallest_over_ranks(const comm::Communicator& world,
                                           const std::optional<Hash128>& local) {
  std::vector<std::int64_t> flat(static_cast<std::size_t>(world.size()) * 3, 0);
  auto* slot = flat.data() + static_cast<std::size_t>(world.rank()) * 3;
  if (local) {
    slot[0] = 1;
    std::memcpy(slot + 1, &local->low, sizeof(std::int64_t));
    std::memcpy(slot + 2, &local->high, sizeof(std::int64_t));
  }
  comm::sum_over_ranks(world, flat);
  std::optional<Hash128> smallest;
  for (std::size_t r = 0; r < flat.size(); r += 3) {
    const Hash128 key{static_cast<std::uint64_t>(flat[r + 1]), static_cast<std::uint64_t>(flat[r + 2])};
    if (flat[r] != 0 && (!smallest || key < *smallest)) smallest = key;
  }
  return smallest;
}

std::string shown(const RawBlock& block, std::size_t i, ColumnType type) {
  if (type == ColumnType::text) return fmt::format("\"{}\"", text(block, i));
  RawBlock cell = block;
  cell.data += i * block.stride;
  cell.count = 1;
  if (type == ColumnType::floating) {
    double value = 0;
    numbers(cell, {}, std::span(&value, 1));
    return fmt::format("{}", value);
  }
  std::int64_t value = 0;
  integers(cell, std::span(&value, 1));
  return block.type->code == ElementType::Code::u64 ? fmt::format("{}", static_cast<std::uint64_t>(value))
                                                    : fmt::format("{}", value);
}

[[noreturn]] void fail_repeated(const comm::Communicator& world, const Shard& shard, std::size_t column,
                                const Hash128& key) {
  const auto& table = shard.table();
  std::int64_t first = no_row;
  std::int64_t second = no_row;
  std::string id;
  for_each_key(shard, column, [&](const RawBlock& block, std::size_t i, const Hash128& found) {
    if (found != key || second != no_row) return;
    const auto row = shard.rows().begin + block.first + static_cast<std::int64_t>(i);
    (first == no_row ? first : second) = row;
    id = shown(block, i, table.columns[column].type);
  });
  const auto global_first = comm::min_over_ranks(world, first);
  const auto global_second = comm::min_over_ranks(world, first == global_first ? second : first);
  comm::run_on_all_ranks(world, [&] {
    if (first != global_first) return;
    const auto other = place_of(table, global_second);
    throw core::data_error(fmt::format(
        "{}: the id {} is repeated in row {}{}", cell_name(table, table.columns[column].name, global_first),
        id, other.row, table.files.size() > 1 ? " of " + table.files[other.file].path : ""));
  });
  throw core::Error(core::ExitCode::internal, "a repeated id was not found again");
}

Ids row_numbers(const Shard& shard) {
  Ids ids{type_handle(H5Tcopy(H5T_NATIVE_INT64)),
          core::RowVector<std::byte>(shard.local_rows() * sizeof(std::int64_t))};
  const auto rows = std::span(reinterpret_cast<std::int64_t*>(ids.bytes.data()), shard.local_rows());
  std::iota(rows.begin(), rows.end(), shard.rows().begin);
  return ids;
}

Ids text_ids(const comm::Communicator& world, const Shard& shard, std::size_t column) {
  std::string all;
  std::vector<std::uint32_t> lengths;
  shard.read(std::span(&column, 1), [&](const RawBlock& block) {
    for (std::size_t i = 0; i < block.count; ++i) {
      const auto id = text(block, i);
      all += id;
      lengths.push_back(static_cast<std::uint32_t>(id.size()));
    }
  });
  const auto longest = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  const auto width =
      static_cast<std::size_t>(std::max<std::int64_t>(1, comm::max_over_ranks(world, std::int64_t{longest})));
  Ids ids{string_type(width),
          comm::run_on_all_ranks(world, [&] { return core::RowVector<std::byte>(lengths.size() * width); })};
  const char* next = all.data();
  for (std::size_t i = 0; i < lengths.size(); next += lengths[i++])
    std::memcpy(ids.bytes.data() + i * width, next, lengths[i]);
  return ids;
}

Ids number_ids(const comm::Communicator& world, const Shard& shard, std::size_t column) {
  const IdFormat format(world, shard, shard.table().columns[column].name);
  const auto bytes = format.bytes();
  Ids ids{type_handle(H5Tcopy(format.type())), comm::run_on_all_ranks(world, [&] {
            return core::RowVector<std::byte>(shard.local_rows() * bytes);
          })};
  shard.read(std::span(&column, 1), [&](const RawBlock& block) {
    format.copy(block, ids.bytes.data() + static_cast<std::size_t>(block.first) * bytes);
  });
  return ids;
}

}  // namespace

Ids read_ids(const comm::Communicator& world, const Shard& shard, const std::optional<std::string>& column) {
  if (!column) return row_numbers(shard);
  const auto index = id_column(shard.table(), *column);
  return shard.table().columns[index].type == ColumnType::text ? text_ids(world, shard, index)
                                                               : number_ids(world, shard, index);
}

void require_unique_ids(const comm::Communicator& world, const Shard& shard, const std::string& column) {
  const auto index = id_column(shard.table(), column);
  if (shard.table().files.size() > 1 && shard.table().columns[index].type != ColumnType::text) {
    const IdFormat format(world, shard, column);
    shard.read(std::span(&index, 1), [&](const RawBlock& block) { format.require_fit(block); });
  }
  if (shard.table().columns[index].type == ColumnType::integer && rises(world, shard, index)) return;
  std::vector<Hash128> keys;
  comm::run_on_all_ranks(world, [&] { keys.reserve(shard.local_rows()); });
  for_each_key(shard, index, [&](const RawBlock&, std::size_t, const Hash128& key) { keys.push_back(key); });
  const auto repeated = smallest_over_ranks(world, smallest_repeated(world, keys));
  if (repeated) fail_repeated(world, shard, index, *repeated);
}

}  // namespace psychograph::io
