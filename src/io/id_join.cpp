#include "io/id_join.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/exchange.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "io/id_slices.hpp"
#include "io/key_set.hpp"

namespace psychograph::io {
namespace {

core::RowVector<std::int32_t> read_values(const comm::Communicator& world, const LookUpTable& there) {
  const auto& table = there.shard.table();
  const auto column = require_column(table, there.value, "the look-up");
  if (table.columns[column].type != ColumnType::integer)
    throw core::data_error(
        fmt::format("{}: {}/{} holds no integers", files_name(table), table.name, there.value));
  auto values = comm::run_on_all_ranks(
      world, [&] { return core::RowVector<std::int32_t>(there.shard.local_rows(), there.shard.where()); });
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

void require_comparable(const Shard& here, const std::string& id, const Shard& there,
                        const std::string& there_id) {
  const auto type_of = [](const Shard& shard, const std::string& name) {
    return shard.table().columns[require_column(shard.table(), name, "input.id")].type;
  };
  const auto ours = type_of(here, id);
  const auto theirs = type_of(there, there_id);
  if ((ours == ColumnType::text) == (theirs == ColumnType::text)) return;
  throw core::data_error(fmt::format(
      "{}: the ids in \"{}\" are {}, and in {} they are {}: the same customers can't be found; give "
      "both tables ids of one type",
      files_name(here.table()), id, kind_of(ours), files_name(there.table()), kind_of(theirs)));
}

/// A row of the table that asks.
struct Asking {
  core::Hash128 key;
  std::uint64_t row;  ///< local
};

/// A row of the table that is looked into.
struct Known {
  core::Hash128 key;
  std::int64_t value;
};

static_assert(sizeof(Asking) + sizeof(std::int32_t) == asking_row_bytes && sizeof(Known) == known_row_bytes);
static_assert(sizeof(Asking) + sizeof(std::int64_t) == finding_row_bytes);

/// The ids of one slice that meet on this rank, each once: with the value of the first row that has it.
template <class Value>
class KnownIds {
 public:
  explicit KnownIds(Value none) : none_(none) {}

  void clear() {
    ids_.clear();
    values_.clear();
    ranks_.clear();
    asked_.clear();
  }
  /// How many of these have an id that is here already. Of equal ids on one rank the first must come first.
  std::int64_t insert(const comm::Received<Known>& received) {
    std::int64_t repeated = 0;
    for (std::size_t rank = 0; rank + 1 < received.begins.size(); ++rank) {
      for (const auto& known : received.from(rank)) {
        const auto [number, is_new] = ids_.insert(known.key);
        if (is_new) {
          values_.push_back(static_cast<Value>(known.value));
          ranks_.push_back(static_cast<std::uint32_t>(rank));
          asked_.push_back(0);
          continue;
        }
        ++repeated;
        if (rank >= ranks_[number]) continue;  // ranks hold rows in their order
        values_[number] = static_cast<Value>(known.value);
        ranks_[number] = static_cast<std::uint32_t>(rank);
      }
    }
    return repeated;
  }
  [[nodiscard]] Value answer(const core::Hash128& key) {
    const auto number = ids_.find(key);
    if (!number) return none_;
    asked_[*number] = 1;
    return values_[*number];
  }
  [[nodiscard]] std::int64_t not_asked() const { return std::count(asked_.begin(), asked_.end(), 0); }

 private:
  Value none_;
  KeySet ids_;
  std::vector<Value> values_;
  std::vector<std::uint32_t> ranks_;
  std::vector<std::uint8_t> asked_;
};

/// Has one round of questions answered, and writes the answers to the rows that ask. Collective.
template <class Value>
void ask(const comm::Communicator& world, const std::vector<std::span<const Asking>>& outgoing,
         KnownIds<Value>& known, core::RowVector<Value>& values) {
  const auto questions = comm::exchange(world, outgoing);
  std::vector<Value> found;
  found.reserve(questions.values.size());
  for (const auto& question : questions.values) found.push_back(known.answer(question.key));
  std::vector<std::span<const Value>> answers;
  for (std::size_t rank = 0; rank < outgoing.size(); ++rank)
    answers.push_back(
        std::span<const Value>(found).subspan(questions.begins[rank], questions.from(rank).size()));
  const auto received = comm::exchange(world, answers);  // in the order of the questions
  auto next = received.values.begin();
  for (const auto part : outgoing) {
    for (const auto& question : part) values[question.row] = *next++;
  }
}

/// Answers all rows of `shard` from `known_rows`, slice by slice. Collective.
template <class Value>
LookedUpAs<Value> answer_all(const comm::Communicator& world, const Shard& shard, const std::string& id,
                             const IdSlices<Known>& known_rows, const Meeting& meeting, Value none) {
  const IdSlices<Asking> asking(world, shard, require_column(shard.table(), id, "input.id"), meeting,
                                [](const core::Hash128& key, std::size_t row) {
                                  return Asking{key, row};
                                });
  LookedUpAs<Value> result;
  result.values = comm::run_on_all_ranks(
      world, [&] { return core::RowVector<Value>(shard.local_rows(), none, shard.where()); });
  KnownIds<Value> known(none);
  for (std::size_t slice = 0; slice < meeting.slices(); ++slice) {
    known.clear();
    for (std::int64_t round = 0; round < known_rows.rounds(slice); ++round)
      result.repeated += known.insert(comm::exchange(world, known_rows.outgoing(slice, round)));
    for (std::int64_t round = 0; round < asking.rounds(slice); ++round)
      ask(world, asking.outgoing(slice, round), known, result.values);
    result.not_asked += known.not_asked();
    comm::heed_stop_requests(world);
  }
  result.repeated = comm::sum_over_ranks(world, result.repeated);
  result.not_asked = comm::sum_over_ranks(world, result.not_asked);
  return result;
}

Meeting meeting_of(const comm::Communicator& world, const Shard& here, const Shard& there,
                   std::int64_t rows_a_slice) {
  return {world, std::max(here.most_local_rows(), there.most_local_rows()), rows_a_slice};
}

IdSlices<Known> slice_known(const comm::Communicator& world, const LookUpTable& there,
                            const Meeting& meeting) {
  const auto values = read_values(world, there);
  const auto column = require_column(there.shard.table(), there.id, "input.id");
  return {world, there.shard, column, meeting, [&](const core::Hash128& key, std::size_t row) {
            return Known{key, values[row]};
          }};
}

}  // namespace

LookedUp look_up(const comm::Communicator& world, const Shard& shard, const std::string& id,
                 const LookUpTable& there, std::int64_t rows_a_slice) {
  require_comparable(shard, id, there.shard, there.id);
  const auto meeting = meeting_of(world, shard, there.shard, rows_a_slice);
  const auto known = slice_known(world, there, meeting);
  return answer_all(world, shard, id, known, meeting, absent);
}

FoundRows find_rows(const comm::Communicator& world, const Shard& shard, const std::string& id,
                    const Shard& there, const std::string& there_id, std::int64_t rows_a_slice) {
  require_comparable(shard, id, there, there_id);
  const auto meeting = meeting_of(world, shard, there, rows_a_slice);
  const IdSlices<Known> known(world, there, require_column(there.table(), there_id, "input.id"), meeting,
                              [&](const core::Hash128& key, std::size_t row) {
                                return Known{key, there.rows().begin + static_cast<std::int64_t>(row)};
                              });
  return answer_all(world, shard, id, known, meeting, no_such_row);
}

}  // namespace psychograph::io
