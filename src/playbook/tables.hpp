// What is told of a playbook.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "insight/gate.hpp"
#include "playbook/entries.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::playbook {

struct Segments {
  std::vector<std::int32_t> ids;   ///< [k]
  std::vector<std::string> names;  ///< [k]
};

/// Figures about few are withheld, and those that would tell them: who used an option and who did not, who
/// may be reached and who may not. Local.
void withhold(std::vector<Entry>& entries, const insight::Gate& gate);

/// A row an option and segment, after `withhold`; columns of this and the next: docs/playbook.md. Local.
results::TidyTable playbook_table(std::vector<Entry> entries, const Blocks& blocks, const Segments& segments,
                                  const insight::Gate& gate);

/// A row a set of options and segment; nothing of a block where one of its options, or who is reached by just
/// some of them, is about few. Local.
results::TidyTable reach_table(const std::vector<BlockCounts>& counts, std::vector<Entry> entries,
                               const Blocks& blocks, const Segments& segments, const insight::Gate& gate);

/// For a terminal: what is more than elsewhere, by segment. Local.
std::string summarise(std::vector<Entry> entries, const Blocks& blocks, const Segments& segments,
                      const insight::Gate& gate);

}  // namespace psychograph::playbook
