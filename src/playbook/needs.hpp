// How much each need is left unmet in each segment: importance and satisfaction, as customers declare them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "playbook/pairs.hpp"
#include "playbook/tables.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::playbook {

/// One need in one segment, or among everybody. Means are of those who said both.
struct Need {
  std::size_t need = 0;
  std::size_t group = 0;  ///< k: everybody
  std::int64_t base = 0;
  std::int64_t fewest = 0;  ///< PairSums::fewest: who lacks one of two columns is told by the other
  double importance = none, satisfaction = none;
  /// Importance, and what satisfaction falls short of it besides: i + max(i - s, 0). Ulwick 2002, of means.
  double gap = none, gap_low = none, gap_high = none;
  double gap_rest = none;     ///< of all other segments
  double p = none, q = none;  ///< the same gap as in the rest
  std::string verdict = {};
};

/// By need and group, of couples (importance, satisfaction). `clustered` [needs]: segments were made of one
/// of the two. `q` is over all rows. Local.
std::vector<Need> find_needs(const Pairs& pairs, const std::vector<bool>& clustered);

/// A row a need and segment; columns: docs/playbook.md. What is about few, and what would tell it, is
/// withheld. Local.
/// `tells` [needs]: the columns' means would tell how many few are.
results::TidyTable need_table(std::vector<Need> needs, const spec::Needs& told, const Segments& segments,
                              const insight::Gate& gate, const std::vector<bool>& tells);

/// For a terminal: which needs are less met than elsewhere, of a `need_table`; empty where none is. Local.
std::string summarise_needs(const results::TidyTable& needs);

}  // namespace psychograph::playbook
