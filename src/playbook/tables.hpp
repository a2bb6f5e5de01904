// What is told of a playbook.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "insight/gate.hpp"
#include "playbook/entries.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::playbook {

struct Segments {
  std::vector<std::int32_t> ids;   ///< [k]
  std::vector<std::string> names;  ///< [k]
  /// Of group k: everybody.
  [[nodiscard]] std::string name(std::size_t group) const {
    return group == ids.size() ? "all" : names[group];
  }
  [[nodiscard]] std::int64_t id(std::size_t group) const {
    return group == ids.size() ? results::no_count : ids[group];
  }
};

/// Entries that may be told: only `withhold` makes them, and what is told takes nothing else.
class ToldEntries {
 public:
  const std::vector<Entry>& operator*() const { return entries_; }

 private:
  friend ToldEntries withhold(std::vector<Entry> entries, const insight::Gate& gate);
  explicit ToldEntries(std::vector<Entry> entries) : entries_(std::move(entries)) {}
  std::vector<Entry> entries_;
};

/// Figures about few are withheld, and those that would tell them: who used an option and who did not, who
/// had no chance, who may be reached and who may not, who came again. Local.
ToldEntries withhold(std::vector<Entry> entries, const insight::Gate& gate);

/// A row an option and segment; columns of this and the next: docs/playbook.md. Local.
results::TidyTable playbook_table(const ToldEntries& entries, const Blocks& blocks, const Segments& segments);

/// A row a set of options and segment; nothing of a block where one of its options, or who is reached by just
/// some of them, is about few. Local.
results::TidyTable reach_table(const std::vector<BlockCounts>& counts, const ToldEntries& entries,
                               const Blocks& blocks, const Segments& segments, const insight::Gate& gate);

/// For a terminal: what is more than elsewhere, by segment. Local.
std::string summarise(const ToldEntries& entries, const Blocks& blocks, const Segments& segments);

}  // namespace psychograph::playbook
