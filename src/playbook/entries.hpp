// What the counts say of each option in each segment: with base, interval and grade.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/figure.hpp"
#include "insight/released.hpp"
#include "playbook/counts.hpp"
#include "results/tidy_table.hpp"
#include "stats/intervals.hpp"

namespace psychograph::playbook {

inline constexpr double none = core::not_a_number;

/// Of fewer customers nothing is said but that they are too few.
inline constexpr std::int64_t least_base = 30;
/// A difference is one where the false discovery rate of the whole table would be no more.
inline constexpr double false_discoveries = 0.05;

/// What a campaign has shown of an option in a group.
struct Trial {
  std::string arm = {};
  std::string outcome = {};
  std::int64_t n = results::no_count;  ///< who got it, and who got nothing
  std::int64_t n_control = results::no_count;
  double lift = none, low = none, high = none;
  double p = none;           ///< by Holm, over segments and arms
  std::string verdict = {};  ///< raises, lowers, not shown, too few to tell, withheld; empty: not in it

  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& arm& outcome& n& n_control& lift& low& high& p& verdict;
  }
};

struct Entry {
  std::size_t block = 0;
  std::size_t option = 0;
  std::size_t group = 0;  ///< k: everybody
  std::int64_t size = 0;  ///< of the group
  OptionCounts counts = {};
  bool amount_tells = false;  ///< how many few are
  double reach = none, reach_low = none, reach_high = none;
  double rate = none, rate_low = none, rate_high = none;
  double index = none, index_low = none, index_high = none;
  double rate_rest = none;
  double difference_low = none, difference_high = none;  ///< from the rest
  double standardised = none;                            ///< the difference, by everybody's deviation
  double p = none, q = none;
  double repeat = none;  ///< of the users
  double amount = none;  ///< a customer of the base
  double wallet = none;  ///< the option's share of all amounts of its block
  double white_space = none, white_space_low = none,
         white_space_high = none;  ///< the nearest segment's rate, less
  /// Of all who used the option, the share who are in this segment.
  double composition = none, composition_low = none, composition_high = none;
  std::string quadrant = {};  ///< of composition and index; `sure` where both intervals are on one side
  bool sure = false;
  std::int64_t per_arm = results::no_count;  ///< customers that a test of the option needs in each arm
  Trial trial = {};
  std::string grade = {};
  std::string verdict = {};
};

struct EntryInput {
  const Blocks& blocks;
  const std::vector<BlockCounts>& counts;
  std::vector<bool> clustered;        ///< [columns] whether segments were made of it
  std::vector<std::int64_t> nearest;  ///< [k] place of the nearest segment; -1: there is none
  double smallest_effect = 0.1;       ///< a standardised difference below is little
  std::vector<bool> tells = {};       ///< [columns] whose amounts tell how many few are; empty: none
};

/// By block, option and group. Local.
std::vector<Entry> make_entries(const EntryInput& input);

/// The fewest options that reach most customers of a group.
struct Reach {
  std::size_t block = 0;
  std::size_t group = 0;
  std::vector<std::size_t> options;
  std::int64_t customers = 0;
  std::int64_t base = 0;
  bool exact = true;  ///< of all sets of so many; else the best of those that go on from the set before
};

/// Up to so many options every set is tried.
inline constexpr std::size_t most_tried = 12;

/// For one option, two, ... until one more would reach nobody else. Miaoulis, Free and Parsons 1990 (TURF).
/// Local.
std::vector<Reach> find_reach(const std::vector<BlockCounts>& counts);

}  // namespace psychograph::playbook
