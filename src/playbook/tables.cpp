#include "playbook/tables.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/printable.hpp"

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
    parts.did[0].push_back(entry.count);
    parts.did[1].push_back(entry.base - entry.count);
    parts.did[2].push_back(entry.used_else);
    parts.did[3].push_back(entry.unknown);
    parts.did[4].push_back(entry.idle_else);
    parts.did[5].push_back(entry.size - entry.base - entry.unknown - entry.used_else - entry.idle_else);
    parts.may[0].push_back(entry.reachable);
    parts.may[1].push_back(entry.asked - entry.reachable);
    parts.may[2].push_back(entry.asked == 0 ? 0 : entry.size - entry.asked);
    parts.again[0].push_back(
        std::isnan(entry.repeat) ? 0 : std::llround(entry.repeat * static_cast<double>(entry.count)));
    parts.again[1].push_back(entry.count - parts.again[0].back());
    parts.again[2].push_back(entry.again_else);
    parts.again[3].push_back(entry.used_else - entry.again_else);
  }
  return parts;
}

/// What would tell how many came again: amounts are sums of it.
void withhold_repeat(Entry& entry) { entry.repeat = entry.amount = none; }

void withhold_rate(Entry& entry) {
  const Entry kept = entry;
  entry = {.block = kept.block, .option = kept.option, .group = kept.group};
  entry.size = kept.size;
  entry.asked = kept.asked;
  entry.reachable = kept.reachable;
  entry.reach = kept.reach;
  entry.reach_low = kept.reach_low;
  entry.reach_high = kept.reach_high;
  entry.base = entry.count = results::no_count;
  entry.grade = kept.grade;
  entry.verdict = "withheld";
}

std::string name_of(std::size_t group, const Segments& segments) {
  return group == segments.ids.size() ? "all" : segments.names[group];
}

std::int64_t id_of(std::size_t group, const Segments& segments) {
  return group == segments.ids.size() ? results::no_count : segments.ids[group];
}

/// Blocks of which an option by itself, or those who are reached by some and not by the others, are few in
/// some segment: the sets together would tell it.
std::set<std::size_t> blocks_of_few(const std::vector<BlockCounts>& counts,
                                    const std::vector<Entry>& withheld, const insight::Gate& gate) {
  std::set<std::size_t> found;
  for (const auto& entry : withheld) {
    if (entry.verdict == "withheld" || entry.asked == results::no_count) found.insert(entry.block);
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

void withhold(std::vector<Entry>& entries, const insight::Gate& gate) {
  if (gate.privacy().min_cell == 0) return;
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
      entry.asked = results::no_count;
      entry.reach = entry.reach_low = entry.reach_high = none;
    }
    first = last;
  }
  // A part of all amounts of a block tells them, and with them what is withheld of another option.
  for (auto& entry : entries) {
    if (touched.contains(entry.block)) entry.wallet = none;
  }
}

results::TidyTable playbook_table(std::vector<Entry> entries, const Blocks& blocks, const Segments& segments,
                                  const insight::Gate& gate) {
  withhold(entries, gate);
  const auto texts = [&](auto of) {
    std::vector<std::string> cells;
    for (const auto& entry : entries) cells.emplace_back(of(entry));
    return cells;
  };
  const auto counts = [&](auto of) {
    std::vector<std::int64_t> cells;
    for (const auto& entry : entries) cells.push_back(of(entry));
    return cells;
  };
  const auto numbers = [&](auto of) {
    std::vector<double> cells;
    for (const auto& entry : entries) cells.push_back(of(entry));
    return cells;
  };
  const auto told = [&](const Entry& entry) -> const spec::Playbook& {
    return blocks.blocks[entry.block].told;
  };
  results::TidyTable table;
  table.add("role", texts([&](const Entry& e) { return spec::to_string(told(e).role); }));
  table.add("option", texts([&](const Entry& e) { return told(e).options[e.option]; }));
  table.add("column", texts([&](const Entry& e) { return told(e).columns[e.option]; }));
  table.add("segment", texts([&](const Entry& e) { return name_of(e.group, segments); }));
  table.add("segment_id", counts([&](const Entry& e) { return id_of(e.group, segments); }));
  table.add("asked", counts([](const Entry& e) { return e.asked; }));
  table.add("base", counts([](const Entry& e) { return e.base; }));
  table.add("count", counts([](const Entry& e) { return e.count; }));
  const std::pair<const char*, double Entry::*> figures[] = {
      {"reach", &Entry::reach},
      {"reach_low", &Entry::reach_low},
      {"reach_high", &Entry::reach_high},
      {"rate", &Entry::rate},
      {"rate_low", &Entry::rate_low},
      {"rate_high", &Entry::rate_high},
      {"index", &Entry::index},
      {"index_low", &Entry::index_low},
      {"index_high", &Entry::index_high},
      {"rate_rest", &Entry::rate_rest},
      {"difference_low", &Entry::difference_low},
      {"difference_high", &Entry::difference_high},
      {"standardised_difference", &Entry::standardised},
      {"p", &Entry::p},
      {"q", &Entry::q},
      {"repeat", &Entry::repeat},
      {"amount", &Entry::amount},
      {"share_of_wallet", &Entry::wallet},
      {"white_space", &Entry::white_space},
      {"white_space_low", &Entry::white_space_low},
      {"white_space_high", &Entry::white_space_high},
      {"composition", &Entry::composition},
      {"composition_low", &Entry::composition_low},
      {"composition_high", &Entry::composition_high}};
  for (const auto& [name, member] : figures)
    table.add(name, numbers([member = member](const Entry& e) { return e.*member; }));
  table.add("quadrant", texts([](const Entry& e) { return e.quadrant; }));
  table.add("quadrant_sure", texts([](const Entry& e) {
              return e.quadrant.empty() ? "" : e.sure ? "yes" : "no";
            }));
  table.add("smallest_lift", numbers([&](const Entry& e) { return told(e).smallest_lift; }));
  table.add("per_arm", counts([](const Entry& e) { return e.per_arm; }));
  table.add("grade", texts([](const Entry& e) { return e.grade; }));
  table.add("verdict", texts([](const Entry& e) { return e.verdict; }));
  return table;
}

results::TidyTable reach_table(const std::vector<BlockCounts>& all, std::vector<Entry> entries,
                               const Blocks& blocks, const Segments& segments, const insight::Gate& gate) {
  withhold(entries, gate);
  std::vector<std::string> roles, sets, names, ways;
  std::vector<std::int64_t> numbers, ids, counts, customers, bases;
  std::vector<double> shares, lows, highs;
  const auto small = blocks_of_few(all, entries, gate);
  for (const auto& row : find_reach(all)) {
    if (small.contains(row.block)) continue;
    const auto& block = blocks.blocks[row.block];
    numbers.push_back(static_cast<std::int64_t>(row.block) + 1);
    roles.emplace_back(spec::to_string(block.told.role));
    names.push_back(name_of(row.group, segments));
    ids.push_back(id_of(row.group, segments));
    counts.push_back(static_cast<std::int64_t>(row.options.size()));
    sets.push_back(fmt::format("{}", fmt::join(names_of(block, row.options), " + ")));
    customers.push_back(row.customers);
    bases.push_back(row.base);
    shares.push_back(static_cast<double>(row.customers) / static_cast<double>(row.base));
    const auto interval = stats::wilson(shares.back(), static_cast<double>(row.base));
    lows.push_back(interval.low);
    highs.push_back(interval.high);
    ways.emplace_back(row.exact ? "every set was tried" : "one option after the other");
  }
  results::TidyTable table;
  table.add("block", std::move(numbers));
  table.add("role", std::move(roles));
  table.add("segment", std::move(names));
  table.add("segment_id", std::move(ids));
  table.add("options", std::move(counts));
  table.add("set", std::move(sets));
  table.add("customers", std::move(customers));
  table.add("base", std::move(bases));
  table.add("share", std::move(shares));
  table.add("share_low", std::move(lows));
  table.add("share_high", std::move(highs));
  table.add("found_by", std::move(ways));
  return table;
}

std::string summarise(std::vector<Entry> entries, const Blocks& blocks, const Segments& segments,
                      const insight::Gate& gate) {
  withhold(entries, gate);
  std::string text = "What is more than elsewhere\n";
  for (std::size_t g = 0; g < segments.ids.size(); ++g) {
    std::string lines;
    for (const auto& entry : entries) {
      if (entry.group != g || entry.verdict != "more than elsewhere") continue;
      const auto& told = blocks.blocks[entry.block].told;
      const auto others = std::isnan(entry.rate_rest) ? std::string("withheld")
                                                      : fmt::format("{:.1f} %", 100 * entry.rate_rest);
      lines += fmt::format("{:>11}{} {}: {:.1f} % ({:.1f} to {:.1f}) of {}, others {}; {}\n", "",
                           spec::to_string(told.role), core::printable(told.options[entry.option]),
                           100 * entry.rate, 100 * entry.rate_low, 100 * entry.rate_high, entry.base, others,
                           entry.grade);
    }
    text += fmt::format("{:>7}  {}\n{}", segments.ids[g], core::printable(segments.names[g]),
                        lines.empty() ? fmt::format("{:>11}nothing that is shown\n", "") : lines);
  }
  return text;
}

}  // namespace psychograph::playbook
