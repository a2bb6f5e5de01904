// What customers did with each option, counted by segment.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "insight/tally.hpp"
#include "io/shard.hpp"
#include "spec/spec.hpp"

namespace psychograph::playbook {

/// A block of the spec with its columns. Invariant: as many of each as options; an option without an exposed
/// or consent column has none there.
struct Block {
  spec::Playbook told;
  std::vector<std::size_t> columns;  ///< [options] places in `Blocks::columns`
  std::vector<std::size_t> exposed;  ///< [options] `no_column` where there is none
  std::vector<std::size_t> consent;  ///< likewise
};
inline constexpr std::size_t no_column = static_cast<std::size_t>(-1);

struct Blocks {
  std::vector<Block> blocks;
  std::vector<features::FittedFeature> columns;  ///< of numbers, each once
};

/// One option in one group of customers. A cell above 0 is a yes.
struct OptionCounts {
  std::int64_t asked = 0;       ///< of whom it is known whether they may be reached
  std::int64_t reachable = 0;   ///< who may be
  std::int64_t exposed = 0;     ///< who had the chance, and of whom it is known what they did
  std::int64_t used = 0;        ///< of those
  std::int64_t repeated = 0;    ///< of those, with a cell of 2 and more
  std::int64_t unknown = 0;     ///< who had the chance, and of whom it is not known
  std::int64_t used_else = 0;   ///< who used it and had not the chance, by its column
  std::int64_t again_else = 0;  ///< of those, with a cell of 2 and more
  std::int64_t idle_else = 0;   ///< who did not, and had not the chance
  double amount = 0;            ///< the sum of the cells of who is `exposed`
};

/// All that are counted.
inline constexpr std::int64_t OptionCounts::*option_counters[] = {
    &OptionCounts::asked,     &OptionCounts::reachable,  &OptionCounts::exposed,
    &OptionCounts::used,      &OptionCounts::repeated,   &OptionCounts::unknown,
    &OptionCounts::used_else, &OptionCounts::again_else, &OptionCounts::idle_else};

/// Of a block and group: how many customers are reached by which options (bits), for the fewest options that
/// reach most. Reached is who may be, where that is told, else who used the option.
using Patterns = std::map<std::uint64_t, std::int64_t>;

struct BlockCounts {
  std::vector<OptionCounts> options;  ///< [groups, options]; the last group is everybody who is in a segment
  std::vector<Patterns> patterns;     ///< [groups]
  std::vector<std::int64_t> sizes;    ///< [groups]
  [[nodiscard]] const OptionCounts& at(std::size_t group, std::size_t option) const {
    return options[group * (options.size() / sizes.size()) + option];
  }
};

/// No more than what a pattern has bits for.
inline constexpr std::size_t most_options = 64;

/// One read of all columns. The same bits however customers are dealt out. Collective. Throws a data error.
std::vector<BlockCounts> count(const comm::Communicator& world, const io::Shard& shard, const Blocks& blocks,
                               const insight::Labels& labels, std::size_t segments);

}  // namespace psychograph::playbook
