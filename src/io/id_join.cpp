#include "io/id_join.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/exchange.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"

namespace psychograph::io {
namespace {

using core::Hash128;
using Keys = core::RowVector<Hash128>;

/// What a number is, as `Hash128::low`; texts are their hash, and never meet a number.
enum Family : std::uint64_t { integer, huge, fraction };

Hash128 key_of(std::int64_t value, bool is_unsigned) {
  return {is_unsigned && value < 0 ? huge : integer, static_cast<std::uint64_t>(value)};
}

/// A whole number has the key of the integer that it is.
Hash128 key_of(double value) {
  if (value == std::floor(value)) {
    if (value >= -0x1p63 && value < 0x1p63) return key_of(static_cast<std::int64_t>(value), false);
    if (value > 0 && value < 0x1p64) return {huge, static_cast<std::uint64_t>(value)};
  }
  return {fraction, std::bit_cast<std::uint64_t>(value)};
}

/// The keys of this rank's rows.
Keys read_keys(const comm::Communicator& world, const Shard& shard, const std::string& id) {
  const auto column = require_column(shard.table(), id, "input.id");
  const auto type = shard.table().columns[column].type;
  auto keys = comm::run_on_all_ranks(world, [&] { return Keys(shard.local_rows()); });
  std::vector<std::int64_t> whole;
  std::vector<double> floating;
  shard.read(std::span(&column, 1), [&](const RawBlock& block) {
    auto* out = keys.data() + block.first;
    if (type == ColumnType::text) {
      for (std::size_t i = 0; i < block.count; ++i) out[i] = core::hash_text(text(block, i));
    } else if (type == ColumnType::floating) {
      floating.resize(block.count);
      numbers(block, {}, floating);
      for (std::size_t i = 0; i < block.count; ++i) out[i] = key_of(floating[i]);
    } else {
      whole.resize(block.count);
      integers(block, whole);
      for (std::size_t i = 0; i < block.count; ++i) out[i] = key_of(whole[i], block.type->is_unsigned);
    }
  });
  return keys;
}

core::RowVector<std::int32_t> read_values(const comm::Communicator& world, const LookUpTable& there) {
  const auto& table = there.shard.table();
  const auto column = require_column(table, there.value, "the look-up");
  if (table.columns[column].type != ColumnType::integer)
    throw core::data_error(
        fmt::format("{}: {}/{} holds no integers", files_name(table), table.name, there.value));
  auto values =
      comm::run_on_all_ranks(world, [&] { return core::RowVector<std::int32_t>(there.shard.local_rows()); });
  std::vector<std::int64_t> wide;
  there.shard.read(std::span(&column, 1), [&](const RawBlock& block) {
    wide.resize(block.count);
    integers(block, wide);
    for (std::size_t i = 0; i < block.count; ++i) {
      if (!std::in_range<std::int32_t>(wide[i]) || wide[i] == absent)
        throw core::data_error(
            fmt::format("{}: {} is out of range",
                        cell_name(table, there.value,
                                  there.shard.rows().begin + block.first + static_cast<std::int64_t>(i)),
                        wide[i]));
      values[static_cast<std::size_t>(block.first) + i] = static_cast<std::int32_t>(wide[i]);
    }
  });
  return values;
}

const char* kind_of(ColumnType type) {
  switch (type) {
    case ColumnType::integer:
      return "integers";
    case ColumnType::floating:
      return "numbers";
    case ColumnType::text:
      return "text";
    default:
      return "categories";
  }
}

void require_comparable(const Shard& here, const std::string& id, const LookUpTable& there) {
  const auto type_of = [](const Shard& shard, const std::string& name) {
    return shard.table().columns[require_column(shard.table(), name, "input.id")].type;
  };
  const auto ours = type_of(here, id);
  const auto theirs = type_of(there.shard, there.id);
  if ((ours == ColumnType::text) == (theirs == ColumnType::text)) return;
  throw core::data_error(fmt::format(
      "{}: the ids in \"{}\" are {}, and in {} they are {}: the same customers can't be found; give "
      "both tables ids of one type",
      files_name(here.table()), id, kind_of(ours), files_name(there.shard.table()), kind_of(theirs)));
}

/// A question names its rank and local row in one word.
constexpr unsigned row_bits = 40;

/// One row of the table that is looked into.
struct Known {
  Hash128 key;
  std::uint64_t row;  ///< global
  std::int32_t value;
};

/// Where an id goes: to one rank, in one of the slices.
class Meeting {
 public:
  Meeting(const comm::Communicator& world, std::int64_t slices)
      : ranks_(static_cast<std::uint64_t>(world.size())), slices_(static_cast<std::uint64_t>(slices)) {}
  [[nodiscard]] std::uint64_t slices() const { return slices_; }
  /// The rank that an id of this slice goes to; a number that is no rank's for one of another slice.
  [[nodiscard]] std::uint64_t rank_of(const Hash128& key, std::uint64_t slice) const {
    const auto place = core::hash_words(key.low, key.high).low;
    return place / ranks_ % slices_ == slice ? place % ranks_ : ranks_;
  }
  /// For each rank `words` of every row whose key goes there.
  template <class Words>
  [[nodiscard]] std::vector<std::vector<std::uint64_t>> sort_out(const Keys& keys, std::uint64_t slice,
                                                                 Words words) const {
    std::vector<std::vector<std::uint64_t>> outgoing(ranks_ + 1);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto rank = rank_of(keys[i], slice);
      if (rank == ranks_) continue;
      const auto row = words(i);
      outgoing[rank].insert(outgoing[rank].end(), row.begin(), row.end());
    }
    outgoing.pop_back();
    return outgoing;
  }

 private:
  std::uint64_t ranks_;
  std::uint64_t slices_;
};

/// Sorted by key, each once: the first row that has it. Adds the others to `repeated`.
std::vector<Known> unpack_known(const std::vector<std::uint64_t>& words, std::int64_t& repeated) {
  std::vector<Known> known;
  known.reserve(words.size() / 4);
  for (std::size_t i = 0; i < words.size(); i += 4)
    known.push_back({{words[i], words[i + 1]},
                     words[i + 2],
                     static_cast<std::int32_t>(static_cast<std::uint32_t>(words[i + 3]))});
  std::sort(known.begin(), known.end(),
            [](const Known& a, const Known& b) { return std::tie(a.key, a.row) < std::tie(b.key, b.row); });
  const auto end =
      std::unique(known.begin(), known.end(), [](const Known& a, const Known& b) { return a.key == b.key; });
  repeated += known.end() - end;
  known.erase(end, known.end());
  return known;
}

/// Answers (row, value) to each rank, from its questions (key, rank and row).
std::vector<std::vector<std::uint64_t>> answer(const std::vector<std::uint64_t>& questions,
                                               const std::vector<Known>& known, std::size_t ranks) {
  std::vector<std::vector<std::uint64_t>> answers(ranks);
  for (std::size_t i = 0; i < questions.size(); i += 3) {
    const Hash128 key{questions[i], questions[i + 1]};
    const auto found = std::lower_bound(known.begin(), known.end(), key,
                                        [](const Known& a, const Hash128& wanted) { return a.key < wanted; });
    if (found == known.end() || found->key != key) continue;
    auto& to = answers[questions[i + 2] >> row_bits];
    to.push_back(questions[i + 2] & ((std::uint64_t{1} << row_bits) - 1));
    to.push_back(static_cast<std::uint32_t>(found->value));
  }
  return answers;
}

}  // namespace

LookedUp look_up(const comm::Communicator& world, const Shard& shard, const std::string& id,
                 const LookUpTable& there, std::int64_t rows_a_slice) {
  require_comparable(shard, id, there);
  const auto asking = read_keys(world, shard, id);
  const auto known_keys = read_keys(world, there.shard, there.id);
  const auto known_values = read_values(world, there);
  LookedUp result;
  result.values = comm::run_on_all_ranks(
      world, [&] { return core::RowVector<std::int32_t>(shard.local_rows(), absent); });
  const auto most = std::max(shard.most_local_rows(), there.shard.most_local_rows());
  const Meeting meeting(world, most / rows_a_slice + 1);
  const auto first = static_cast<std::uint64_t>(there.shard.rows().begin);
  const auto me = static_cast<std::uint64_t>(world.rank()) << row_bits;
  for (std::uint64_t slice = 0; slice < meeting.slices(); ++slice) {
    const auto known_rows = comm::run_on_all_ranks(world, [&] {
      return meeting.sort_out(known_keys, slice, [&](std::size_t i) {
        return std::array{known_keys[i].low, known_keys[i].high, first + i,
                          std::uint64_t{static_cast<std::uint32_t>(known_values[i])}};
      });
    });
    const auto known = unpack_known(comm::exchange(world, known_rows), result.repeated);
    const auto questions = comm::run_on_all_ranks(world, [&] {
      return meeting.sort_out(asking, slice, [&](std::size_t i) {
        return std::array{asking[i].low, asking[i].high, me | i};
      });
    });
    const auto answers = comm::exchange(
        world, answer(comm::exchange(world, questions), known, static_cast<std::size_t>(world.size())));
    for (std::size_t i = 0; i < answers.size(); i += 2)
      result.values[answers[i]] = static_cast<std::int32_t>(static_cast<std::uint32_t>(answers[i + 1]));
  }
  result.repeated = comm::sum_over_ranks(world, result.repeated);
  return result;
}

}  // namespace psychograph::io
