#include "playbook/trials.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "spec/suggest.hpp"

namespace psychograph::playbook {
namespace {

constexpr const char* by_segment = "segment";
constexpr const char* everybody = "all";

using Texts = std::vector<std::string>;

/// Different ones, in the order in which they stand.
Texts once(const Texts& all) {
  Texts found;
  for (const auto& one : all) {
    if (std::find(found.begin(), found.end(), one) == found.end()) found.push_back(one);
  }
  return found;
}

bool holds(const Texts& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// Throws for a name that a block wants and the campaign has not.
void require(const Trials& trials, const Texts& there, const std::string& name, const char* key,
             const char* what) {
  if (holds(there, name)) return;
  const auto near = spec::nearest(name, there);
  throw core::data_error(
      fmt::format("{}: has no {} \"{}\" (wanted by playbook.{}){}: it has {}", trials.path, what, name, key,
                  near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near), fmt::join(there, ", ")));
}

/// The arm that an option is; empty: none.
std::string arm_of(const Block& block, std::size_t option, const Texts& arms) {
  if (!block.told.arms.empty()) return block.told.arms[option];
  return holds(arms, block.told.options[option]) ? block.told.options[option] : std::string();
}

/// In the words of a playbook: "raises", "lowers", else those of the campaign.
std::string verdict_of(const std::string& verdict, double lift) {
  if (verdict != "shown") return verdict;
  return lift > 0 ? "raises" : "lowers";
}

/// By segment (empty: everybody), arm and outcome.
using Found = std::map<std::tuple<std::string, std::string, std::string>, const Trial*>;

Found by_name(const Trials& trials) {
  Found found;
  for (const auto& row : trials.rows)
    found[{row.everybody ? std::string() : row.segment, row.trial.arm, row.trial.outcome}] = &row.trial;
  return found;
}

template <class Cell>
const std::vector<Cell>& column(const results::TidyTable& lifts, const char* name, const std::string& path) {
  if (!lifts.has<Cell>(name))
    throw core::data_error(fmt::format("{}: /campaign/lifts has no column \"{}\"", path, name));
  return lifts.column<Cell>(name);
}

}  // namespace

Trials read_trials(const results::TidyTable& lifts, const std::string& path) {
  const auto texts = [&](const char* name) -> const Texts& { return column<std::string>(lifts, name, path); };
  const auto counts = [&](const char* name) { return column<std::int64_t>(lifts, name, path); };
  const auto figures = [&](const char* name) { return column<double>(lifts, name, path); };
  const auto& grouping = texts("grouping");
  const auto &segment = texts("segment"), &arm = texts("arm"), &outcome = texts("outcome"),
             &verdict = texts("verdict");
  const auto n = counts("n");
  const auto n_control = counts("n_control");
  const auto lift = figures("lift");
  const auto low = figures("low");
  const auto high = figures("high");
  const auto p = figures("p_holm");
  if (!holds(grouping, by_segment))
    throw core::data_error(fmt::format(
        "{}: tells no lifts of segments: measure the campaign with a control and --segments", path));
  Trials trials{{}, once(arm), once(outcome), path};
  for (std::size_t i = 0; i < grouping.size(); ++i) {
    if (grouping[i] != by_segment && grouping[i] != everybody) continue;
    trials.rows.push_back({segment[i],
                           grouping[i] == everybody,
                           {arm[i], outcome[i], n[i], n_control[i], lift[i], low[i], high[i], p[i],
                            verdict_of(verdict[i], lift[i])}});
  }
  return trials;
}

void add_trials(std::vector<Entry>& entries, const Blocks& blocks, const Segments& segments,
                const Trials& trials) {
  for (const auto& block : blocks.blocks) {
    for (const auto& arm : block.told.arms) {
      if (!arm.empty()) require(trials, trials.arms, arm, "arms", "arm");
    }
    if (!block.told.outcome.empty())
      require(trials, trials.outcomes, block.told.outcome, "outcome", "outcome");
  }
  const auto found = by_name(trials);
  bool any = false;
  for (auto& entry : entries) {
    const auto& block = blocks.blocks[entry.block];
    const auto arm = arm_of(block, entry.option, trials.arms);
    if (arm.empty()) continue;
    any = true;
    const auto& outcome = block.told.outcome.empty() ? trials.outcomes.front() : block.told.outcome;
    const auto segment = entry.group == segments.ids.size() ? std::string() : segments.name(entry.group);
    const auto place = found.find({segment, arm, outcome});
    // Else nobody of the segment was in the campaign.
    entry.trial = place != found.end() ? *place->second
                                       : Trial{.arm = arm, .outcome = outcome, .verdict = "too few to tell"};
    const bool shown = entry.trial.verdict == "raises" || entry.trial.verdict == "lowers";
    if (shown)
      entry.grade = spec::to_string(spec::Evidence::tested);
    else if (entry.grade == spec::to_string(spec::Evidence::tested))
      entry.grade = spec::to_string(spec::Evidence::observed);
  }
  if (!any)
    throw core::data_error(
        fmt::format("{}: no option of [[playbook]] is an arm of the campaign, which are {}: arms = [...] "
                    "says which arm each "
                    "option is",
                    trials.path, fmt::join(trials.arms, ", ")));
}

}  // namespace psychograph::playbook
