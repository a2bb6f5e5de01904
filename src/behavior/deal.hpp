// All events of all blocks on their way to where those of one customer meet: on one rank, in one slice, put
// aside on a disk. What is held does not grow with them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "behavior/event.hpp"
#include "behavior/id_sample.hpp"
#include "behavior/source.hpp"
#include "comm/communicator.hpp"
#include "io/spill.hpp"

namespace psychograph::behavior {

/// A customer of the table that features are for (`row`), or one of a group.
struct Member {
  core::Hash128 id;
  std::int64_t row = -1;  ///< of the customers' table; -1: none
  std::int64_t group = no_level;
};

/// Where customers meet: a slice of a rank's.
class Places {
 public:
  Places(std::size_t ranks, std::size_t slices) : ranks_(ranks), slices_(slices) {}
  [[nodiscard]] std::size_t slices() const { return slices_; }
  struct Place {
    std::size_t rank;
    std::size_t slice;
  };
  [[nodiscard]] Place of(const core::Hash128& key) const {
    __extension__ using Wide = unsigned __int128;
    const auto hash = core::hash_words(key.low, key.high).low;
    const auto place = static_cast<std::size_t>(hash * (static_cast<Wide>(ranks_) * slices_) >> 64U);
    return {place / slices_, place % slices_};
  }

 private:
  std::size_t ranks_;
  std::size_t slices_;
};

/// What has been put aside on this rank, and what is known of all of it.
struct Dealt {
  Places places;
  io::Spill events;   ///< `Event`s, with the numbers that all ranks know levels by
  io::Spill members;  ///< `Member`s
  io::Spill names;    ///< ids that are texts: key, length (8 bytes), bytes
  IdSample sample;
  std::int64_t first_time = 0;  ///< of all events of all ranks
  std::int64_t last_time = 0;
  std::int64_t longest_name = 0;                          ///< bytes; 0 where all ids are integers
  std::vector<std::vector<std::int64_t>> category_lines;  ///< by block and number; of all ranks
};

/// Hears of what is read of a block: its number, and the share of all.
using DealProgress = std::function<void(double)>;

/// Where and how finely.
struct DealOptions {
  std::string folder;      ///< for what is put aside
  std::size_t slices = 1;  ///< of each rank
};
/// So many slices that one takes some ten megabytes, of about `rows` events.
std::size_t slices_for(const comm::Communicator& world, double rows);

/// Reads all sources to their ends. `levels` are theirs, one a block. Collective. Throws data and environment
/// errors.
Dealt deal_out(const comm::Communicator& world, const DealOptions& options,
               const std::vector<std::unique_ptr<Source>>& sources, std::vector<EventLevels>& levels,
               const std::vector<spec::EventBlock>& blocks, const DealProgress& progress);

/// Sends this rank's members to where their events are. Collective; as often as any rank has some.
void deal_out(const comm::Communicator& world, const std::vector<Member>& members,
              const std::vector<NamedId>& names, Dealt& dealt);

}  // namespace psychograph::behavior
