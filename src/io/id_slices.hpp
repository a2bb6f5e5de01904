// The ids of all ranks on their way to where equal ones meet: on one rank, in one slice of all ids. Each rank
// sorts its own into slices once; a slice after the other is then exchanged.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "comm/run_on_all_ranks.hpp"
#include "core/hash.hpp"
#include "core/row_memory.hpp"
#include "io/id_keys.hpp"
#include "io/shard.hpp"

namespace psychograph::io {

/// Of each rank's rows so many are in a slice.
inline constexpr std::int64_t usual_rows_a_slice = std::int64_t{1} << 19U;
/// And a slice takes so many bytes a row, at most, while it is exchanged and looked through.
inline constexpr double slice_row_bytes = 100;

/// In which slice and on which rank an id meets its equals.
class Meeting {
 public:
  /// So many slices that each has some `rows_a_slice` of the `most_rows` of a rank.
  Meeting(const comm::Communicator& world, std::int64_t most_rows, std::int64_t rows_a_slice)
      : ranks_(static_cast<std::size_t>(world.size())),
        slices_(static_cast<std::size_t>(most_rows / rows_a_slice + 1)),
        at_once_(2 * static_cast<std::size_t>(rows_a_slice) / ranks_ + 1) {}

  [[nodiscard]] std::size_t ranks() const { return ranks_; }
  [[nodiscard]] std::size_t slices() const { return slices_; }
  /// How many a rank sends another at most at a time: where one id fills the table, it comes in pieces.
  [[nodiscard]] std::size_t at_once() const { return at_once_; }
  /// slice * ranks + rank
  [[nodiscard]] std::size_t place_of(const core::Hash128& key) const {
    __extension__ using Wide = unsigned __int128;
    const auto hash = core::hash_words(key.low, key.high).low;
    const std::size_t places = ranks_ * slices_;
    return static_cast<std::size_t>(static_cast<Wide>(hash) * places >> 64U);
  }

 private:
  std::size_t ranks_;
  std::size_t slices_;
  std::size_t at_once_;
};

/// How many of this rank's keys have each place, as the beginnings of the places [slices * ranks + 1].
/// Collective.
std::vector<std::size_t> count_places(const Shard& shard, std::size_t column, const Meeting& meeting);
/// How often ranks must exchange for each slice [slices], where `begins` are those of this one. Collective.
std::vector<std::int64_t> count_rounds(const comm::Communicator& world,
                                       const std::vector<std::size_t>& begins, const Meeting& meeting);
/// For a table whose ids are not those that were counted.
[[noreturn]] void fail_changed(const Table& table, std::size_t column);

/// What is sent of each of this rank's rows: `Entry`s, place by place, those of one place in the order of the
/// rows. In row memory, written in as many streams as there are places and read in order.
template <class Entry>
class IdSlices {
 public:
  /// `entry(key, local row)`. The column is read twice, to count and to sort. Collective. Throws a data error
  /// where the two readings differ.
  template <class Make>
  IdSlices(const comm::Communicator& world, const Shard& shard, std::size_t column, const Meeting& meeting,
           Make entry)
      : meeting_(meeting), begins_(count_places(shard, column, meeting)) {
    rounds_ = count_rounds(world, begins_, meeting);
    entries_ = comm::run_on_all_ranks(
        world, [&] { return core::RowArray<Entry>(shard.local_rows(), shard.where()); });
    auto next = begins_;
    read_keys(shard, column, [&](std::size_t first, std::span<const core::Hash128> keys) {
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto place = meeting_.place_of(keys[i]);
        if (next[place] == begins_[place + 1]) fail_changed(shard.table(), column);
        entries_[next[place]++] = entry(keys[i], first + i);
      }
    });
  }

  [[nodiscard]] std::int64_t rounds(std::size_t slice) const { return rounds_[slice]; }
  /// What goes to each rank in a round of a slice.
  [[nodiscard]] std::vector<std::span<const Entry>> outgoing(std::size_t slice, std::int64_t round) const {
    std::vector<std::span<const Entry>> parts;
    for (std::size_t rank = 0; rank < meeting_.ranks(); ++rank) {
      const auto place = slice * meeting_.ranks() + rank;
      const auto all =
          std::span<const Entry>(entries_.data() + begins_[place], entries_.data() + begins_[place + 1]);
      const auto begin = std::min(all.size(), static_cast<std::size_t>(round) * meeting_.at_once());
      parts.push_back(all.subspan(begin, std::min(meeting_.at_once(), all.size() - begin)));
    }
    return parts;
  }

 private:
  const Meeting& meeting_;
  std::vector<std::size_t> begins_;   ///< [slices * ranks + 1]
  std::vector<std::int64_t> rounds_;  ///< [slices]
  core::RowArray<Entry> entries_;
};

}  // namespace psychograph::io
