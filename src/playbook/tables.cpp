#include "playbook/tables.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "results/row_columns.hpp"

namespace psychograph::playbook {
namespace {

/// Of parts [parts][k] that make up segments: where one of them is not told; behind them, whether everybody's
/// is not.
std::vector<bool> hidden(const std::vector<std::vector<std::int64_t>>& parts, const insight::Gate& gate) {
  const auto k = parts.front().size();
  insight::CountTable table{parts.size(), k, {}};
  for (const auto& part : parts) table.counts.insert(table.counts.end(), part.begin(), part.end());
  const auto told = gate.pass(std::move(table));
  std::vector<bool> found;
  for (std::size_t g = 0; g < k; ++g) {
    bool any = false;
    for (std::size_t p = 0; p < parts.size(); ++p) any |= told->at(p, g) == results::no_count;
    found.push_back(any);
  }
  found.push_back(std::find(found.begin(), found.end(), true) != found.end());  // everybody's tells them
  return found;
}

/// One entry a segment [k]: parts of its customers by what they did, by whether they may be reached, and by
/// whether they came again.
struct Parts {
  std::vector<std::vector<std::int64_t>> did, may, again;
};

Parts parts_of(const std::vector<Entry>& entries, std::size_t first, std::size_t k) {
  Parts parts;
  parts.did.resize(6);
  parts.may.resize(3);
  parts.again.resize(4);
  for (auto i = first; i < first + k; ++i) {
    const auto& entry = entries[i];
    const auto& counts = entry.counts;
    parts.did[0].push_back(counts.used);
    parts.did[1].push_back(counts.exposed - counts.used);
    parts.did[2].push_back(counts.unknown);
    parts.did[3].push_back(counts.used_else);
    parts.did[4].push_back(counts.idle_else);
    parts.did[5].push_back(entry.size - counts.exposed - counts.unknown - counts.used_else -
                           counts.idle_else);
    parts.may[0].push_back(counts.reachable);
    parts.may[1].push_back(counts.asked - counts.reachable);
    parts.may[2].push_back(counts.asked == 0 ? 0 : entry.size - counts.asked);
    parts.again[0].push_back(counts.repeated);
    parts.again[1].push_back(counts.used - counts.repeated);
    parts.again[2].push_back(counts.again_else);
    parts.again[3].push_back(counts.used_else - counts.again_else);
  }
  return parts;
}

/// What would tell how many came again: amounts are sums of it.
void withhold_repeat(Entry& entry) { entry.repeat = entry.amount = none; }

void withhold_rate(Entry& entry) {
  const Entry kept = entry;
  entry = {.block = kept.block, .option = kept.option, .group = kept.group};
  entry.counts = kept.counts;
  entry.counts.exposed = entry.counts.used = results::no_count;
  entry.reach = kept.reach;
  entry.reach_low = kept.reach_low;
  entry.reach_high = kept.reach_high;
  entry.trial = kept.trial;
  entry.grade = kept.grade;
  entry.verdict = "withheld";
}

/// Blocks of which an option by itself, or those who are reached by some and not by the others, are few in
/// some segment: the sets together would tell it.
std::set<std::size_t> blocks_of_few(const std::vector<BlockCounts>& counts, const ToldEntries& entries,
                                    const insight::Gate& gate) {
  std::set<std::size_t> found;
  for (const auto& entry : *entries) {
    if (entry.verdict == "withheld" || entry.counts.asked == results::no_count) found.insert(entry.block);
  }
  for (std::size_t b = 0; b < counts.size(); ++b) {
    for (const auto& patterns : counts[b].patterns) {
      for (const auto& [pattern, customers] : patterns) {
        if (gate.is_small(customers)) found.insert(b);
      }
    }
  }
  return found;
}

std::vector<std::string> names_of(const Block& block, const std::vector<std::size_t>& options) {
  std::vector<std::string> names;
  for (const auto o : options) names.push_back(block.told.options[o]);
  return names;
}

}  // namespace

ToldEntries withhold(std::vector<Entry> entries, const insight::Gate& gate) {
  if (gate.privacy().min_cell == 0) return ToldEntries(std::move(entries));
  std::set<std::size_t> touched;
  for (std::size_t first = 0; first < entries.size();) {
    auto last = first;
    while (last < entries.size() && entries[last].block == entries[first].block &&
           entries[last].option == entries[first].option)
      ++last;
    const auto parts = parts_of(entries, first, last - first - 1);
    const auto rates = hidden(parts.did, gate);
    const auto reaches = hidden(parts.may, gate);
    const auto repeats = hidden(parts.again, gate);
    if (rates.back() || reaches.back() || repeats.back() || entries[first].amount_tells)
      touched.insert(entries[first].block);
    for (auto i = first; i < last; ++i) {
      auto& entry = entries[i];
      if (repeats[i - first] || entry.amount_tells) withhold_repeat(entry);
      if (rates[i - first]) withhold_rate(entry);
      if (rates.back()) {  // what compares with everybody tells everybody's
        entry.standardised = entry.index = entry.index_low = entry.index_high = entry.rate_rest =
            entry.difference_low = entry.difference_high = entry.p = entry.q = entry.white_space =
                entry.white_space_low = entry.white_space_high = entry.wallet = entry.composition =
                    entry.composition_low = entry.composition_high = none;
        entry.quadrant.clear();
      }
      if (!reaches[i - first]) continue;
      entry.counts.asked = results::no_count;
      entry.reach = entry.reach_low = entry.reach_high = none;
    }
    first = last;
  }
  // A part of all amounts of a block tells them, and with them what is withheld of another option.
  for (auto& entry : entries) {
    if (touched.contains(entry.block)) entry.wallet = none;
  }
  return ToldEntries(std::move(entries));
}

results::TidyTable playbook_table(const ToldEntries& entries, const Blocks& blocks,
                                  const Segments& segments) {
  const auto told = [&](const Entry& entry) -> const spec::Playbook& {
    return blocks.blocks[entry.block].told;
  };
  results::TidyTable table;
  results::RowColumns columns(std::span<const Entry>(*entries), table);
  columns.add("role", [&](const Entry& e) { return spec::to_string(told(e).role); });
  columns.add("option", [&](const Entry& e) { return told(e).options[e.option]; });
  columns.add("column", [&](const Entry& e) { return told(e).columns[e.option]; });
  columns.add("segment", [&](const Entry& e) { return segments.name(e.group); });
  columns.add("segment_id", [&](const Entry& e) { return segments.id(e.group); });
  columns.add("asked", [](const Entry& e) { return e.counts.asked; });
  columns.add("base", [](const Entry& e) { return e.counts.exposed; });
  columns.add("count", [](const Entry& e) { return e.counts.used; });
  columns.add("reach", &Entry::reach);
  columns.add("reach_low", &Entry::reach_low);
  columns.add("reach_high", &Entry::reach_high);
  columns.add("rate", &Entry::rate);
  columns.add("rate_low", &Entry::rate_low);
  columns.add("rate_high", &Entry::rate_high);
  columns.add("index", &Entry::index);
  columns.add("index_low", &Entry::index_low);
  columns.add("index_high", &Entry::index_high);
  columns.add("rate_rest", &Entry::rate_rest);
  columns.add("difference_low", &Entry::difference_low);
  columns.add("difference_high", &Entry::difference_high);
  columns.add("standardised_difference", &Entry::standardised);
  columns.add("p", &Entry::p);
  columns.add("q", &Entry::q);
  columns.add("repeat", &Entry::repeat);
  columns.add("amount", &Entry::amount);
  columns.add("share_of_wallet", &Entry::wallet);
  columns.add("white_space", &Entry::white_space);
  columns.add("white_space_low", &Entry::white_space_low);
  columns.add("white_space_high", &Entry::white_space_high);
  columns.add("composition", &Entry::composition);
  columns.add("composition_low", &Entry::composition_low);
  columns.add("composition_high", &Entry::composition_high);
  columns.add("quadrant", &Entry::quadrant);
  columns.add("quadrant_sure", [](const Entry& e) {
    return e.quadrant.empty() ? "" : e.sure ? "yes" : "no";
  });
  columns.add("smallest_lift", [&](const Entry& e) { return told(e).smallest_lift; });
  columns.add("per_arm", &Entry::per_arm);
  columns.add("arm", [](const Entry& e) { return e.trial.arm; });
  columns.add("outcome", [](const Entry& e) { return e.trial.outcome; });
  columns.add("arm_customers", [](const Entry& e) { return e.trial.n; });
  columns.add("control_customers", [](const Entry& e) { return e.trial.n_control; });
  columns.add("lift", [](const Entry& e) { return e.trial.lift; });
  columns.add("lift_low", [](const Entry& e) { return e.trial.low; });
  columns.add("lift_high", [](const Entry& e) { return e.trial.high; });
  columns.add("lift_p", [](const Entry& e) { return e.trial.p; });
  columns.add("trial", [](const Entry& e) { return e.trial.verdict; });
  columns.add("grade", &Entry::grade);
  columns.add("verdict", &Entry::verdict);
  return table;
}

results::TidyTable reach_table(const std::vector<BlockCounts>& counts, const ToldEntries& entries,
                               const Blocks& blocks, const Segments& segments, const insight::Gate& gate) {
  const auto small = blocks_of_few(counts, entries, gate);
  auto reach = find_reach(counts);
  std::erase_if(reach, [&](const Reach& row) { return small.contains(row.block); });
  const auto told = [&](const Reach& row) -> const Block& { return blocks.blocks[row.block]; };
  const auto share = [](const Reach& row) {
    return static_cast<double>(row.customers) / static_cast<double>(row.base);
  };
  const auto interval = [&](const Reach& row) {
    return stats::wilson(share(row), static_cast<double>(row.base));
  };
  results::TidyTable table;
  results::RowColumns columns(std::span<const Reach>(reach), table);
  columns.add("block", [](const Reach& r) { return r.block + 1; });
  columns.add("role", [&](const Reach& r) { return spec::to_string(told(r).told.role); });
  columns.add("segment", [&](const Reach& r) { return segments.name(r.group); });
  columns.add("segment_id", [&](const Reach& r) { return segments.id(r.group); });
  columns.add("options", [](const Reach& r) { return r.options.size(); });
  columns.add("set", [&](const Reach& r) {
    return fmt::format("{}", fmt::join(names_of(told(r), r.options), " + "));
  });
  columns.add("customers", &Reach::customers);
  columns.add("base", &Reach::base);
  columns.add("share", share);
  columns.add("share_low", [&](const Reach& r) { return interval(r).low; });
  columns.add("share_high", [&](const Reach& r) { return interval(r).high; });
  columns.add("found_by",
              [](const Reach& r) { return r.exact ? "every set was tried" : "one option after the other"; });
  return table;
}

}  // namespace psychograph::playbook
